// Settings of the site under the desired state: each is an object of its own to the plan, so that drift, planes, choices and pruning are
// the same for them. Their kind exists here alone; the cluster never sees it.
import { sameJson } from '#base';
import type { DesiredObject, DesiredState, ObjectReference } from '#model/link';
import type { Decision, ObjectFacts } from './apply.plan.ts';
import { type Differences, SAME } from './differences.ts';
import type { InventoryItem } from './inventory.ts';
import { partsOf } from './object.ts';

/** The settings of the site as they are kept. */
export interface SettingsDoor {
  /** What is set, by name. */
  current(): Readonly<Record<string, unknown>>;
  /** Why a setting cannot be this; undefined when it can. */
  problem(name: string, value: unknown): string | undefined;
  set(name: string, value: unknown): void;
  unset(name: string): void;
}

const [GROUP, VERSION, KIND] = ['holdfast.dev', 'v1', 'Setting'];
/** Settings are not deleted and made again: one name is one thing. */
const UID = 'setting';

export const isSetting = (object: ObjectReference): boolean =>
  partsOf(object).group === GROUP && partsOf(object).kind === KIND;

/** The desired state with its settings among the objects. */
export function withSettings(desired: DesiredState, door: SettingsDoor | undefined): DesiredState {
  if (!door) return desired;
  const settings = Object.entries(desired.settings).map(
    ([name, value]): DesiredObject => ({ apiVersion: `${GROUP}/${VERSION}`, kind: KIND, metadata: { name }, value }),
  );
  return {
    ...desired,
    manifests: [
      ...settings,
      ...desired.manifests.filter(({ kind, apiVersion }) => kind !== KIND || !apiVersion.startsWith(`${GROUP}/`)),
    ],
  };
}

const differing = (now: unknown, manifest: DesiredObject | undefined): Differences =>
  manifest === undefined || sameJson(now, manifest.value) ? SAME : { paths: ['value'], replaced: ['value'] };

export function settingFacts(
  door: SettingsDoor,
  of: { readonly object: ObjectReference; readonly manifest?: DesiredObject; readonly item?: InventoryItem },
): ObjectFacts {
  const { name } = partsOf(of.object);
  const why = of.manifest && door.problem(name, of.manifest.value);
  if (why !== undefined) return { kind: 'unknown', why };
  const now = door.current()[name];
  if (now === undefined) return { kind: 'absent' };
  const applied = of.item?.applied;
  return {
    kind: 'present',
    uid: UID,
    isHeld: applied !== undefined,
    fromWanted: differing(now, of.manifest),
    fromApplied: differing(now, applied),
  };
}

/** What the inventory holds afterwards. Errors: those of writing the file. */
export function carryOutSetting(
  door: SettingsDoor,
  { object, action, item, isForgotten }: Decision,
): InventoryItem | undefined {
  const { name } = partsOf(object);
  if (action.kind === 'apply') {
    door.set(name, action.manifest.value);
    return { adopted: false, ...item, object, applied: action.manifest, revision: action.revision, uid: UID };
  }
  if (action.kind === 'delete') door.unset(name);
  return isForgotten ? undefined : item;
}
