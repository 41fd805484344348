// Looks at the cluster for the plan: every object that is wanted or was brought, and where it differs. What would be different is asked of
// the server itself (a dry run of the same apply), so that defaults and other spellings of a value are no differences. An object
// that is still as it was when it last differed in nothing is only read.
import { sameJson } from '#base';
import { ApiError, type Client, type Resource } from '#client';
import type { KubeObject } from '#model/kube';
import { type DesiredObject, type DesiredState, HUB_FIELD_MANAGER, type ObjectReference } from '#model/link';
import type { Standing } from '#model/site';
import type { ObjectFacts } from './apply.plan.ts';
import { applyManifest, kindsOf, placeOf, resourceFor } from './cluster.ts';
import { type Differences, differences, SAME } from './differences.ts';
import type { Inventory } from './inventory.ts';
import { OBSERVED_AT_ONCE } from './limits.ts';
import { namespaceContent } from './namespace-content.ts';
import { marked, partsOf, problemOf, referenceOf } from './object.ts';
import { isSetting, type SettingsDoor, settingFacts } from './settings.ts';

export interface Observed {
  readonly desired: DesiredState;
  readonly inventory: Inventory;
  readonly standing: Standing;
  readonly isToSettle: boolean;
}

/** One object, with what is wanted of it now; nothing for one that is not wanted any more. */
interface Looked {
  readonly object: ObjectReference;
  readonly manifest?: DesiredObject;
  readonly of: Resource;
}

const isHeld = ({ metadata }: KubeObject): boolean =>
  (metadata?.managedFields ?? []).some(({ manager }) => manager === HUB_FIELD_MANAGER);

export class ClusterObserver {
  readonly #client: Client;
  /** The version of an object when it last differed in nothing from the manifest beside it. */
  readonly #seen = new Map<ObjectReference, { readonly version: string; readonly manifest: DesiredObject }>();

  readonly #settings: SettingsDoor | undefined;

  constructor(client: Client, settings: SettingsDoor | undefined) {
    this.#client = client;
    this.#settings = settings;
  }

  /** Errors: WorldError `Unavailable` when the API cannot be reached; what is wrong with one object is a fact about it. */
  async observe(of: Observed): Promise<ReadonlyMap<ObjectReference, ObjectFacts>> {
    const kinds = kindsOf(this.#client);
    const wanted = new Map(of.desired.manifests.map((manifest) => [referenceOf(manifest), manifest] as const));
    const queue = [...new Set([...wanted.keys(), ...Object.keys(of.inventory.items)])];
    const facts = new Map<ObjectReference, ObjectFacts>();
    const work = async (): Promise<void> => {
      for (let object = queue.shift(); object !== undefined; object = queue.shift()) {
        const manifest = wanted.get(object);
        if (isSetting(object) && this.#settings) {
          facts.set(object, settingFacts(this.#settings, { object, manifest, item: of.inventory.items[object] }));
          continue;
        }
        const known = await kinds(partsOf(object));
        const why = manifest ? problemOf(manifest, known) : undefined;
        if (known && why === undefined)
          facts.set(object, await this.#look(of, { object, manifest, of: resourceFor(known) }));
        else
          facts.set(object, {
            kind: 'unknown',
            why: why ?? `this cluster does not know ${partsOf(object).kind} any more`,
          });
      }
    };
    await Promise.all(Array.from({ length: Math.min(OBSERVED_AT_ONCE, queue.length) }, work));
    return facts;
  }

  async #look(of: Observed, one: Looked): Promise<ObjectFacts> {
    let live: KubeObject;
    try {
      live = await this.#client.get(one.of, placeOf(one.object));
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return { kind: 'absent' };
      if (error instanceof ApiError) return { kind: 'unknown', why: error.message };
      throw error;
    }
    try {
      return await this.#compare(of, one, live);
    } catch (error) {
      // What is refused in a dry run would be refused in earnest.
      if (error instanceof ApiError) return { kind: 'unknown', why: error.message };
      throw error;
    }
  }

  async #compare(of: Observed, one: Looked, live: KubeObject): Promise<ObjectFacts> {
    const { desired, inventory, standing, isToSettle } = of;
    const { object, manifest } = one;
    const item = inventory.items[object];
    const looksBack = isToSettle || standing.plane === 'local' || item?.differs !== undefined;
    const isOld = item?.applied !== undefined && manifest !== undefined && sameJson(item.applied, manifest);
    const applied = item?.applied && marked(item.applied, item.revision ?? desired.revision);
    const wanted = isOld ? applied : manifest && marked(manifest, desired.revision);
    const fromWanted = wanted ? await this.#differences(one, live, wanted) : SAME;
    const looked = looksBack && applied;
    const fromApplied = !looked ? SAME : isOld ? fromWanted : await this.#differences(one, live, applied);
    const { uid = '' } = live.metadata ?? {};
    const isNamespace = !manifest && partsOf(object).kind === 'Namespace';
    const content = isNamespace ? await namespaceContent(this.#client, partsOf(object).name) : [];
    return { kind: 'present', uid, isHeld: isHeld(live), fromWanted, fromApplied, content };
  }

  async #differences({ object, of }: Looked, live: KubeObject, manifest: DesiredObject): Promise<Differences> {
    const version = live.metadata?.resourceVersion ?? '';
    const seen = this.#seen.get(object);
    if (seen?.version === version && sameJson(seen.manifest, manifest)) return SAME;
    const found = differences(live, await applyManifest(this.#client, of, manifest, { dryRun: true }));
    if (found.paths.length === 0) this.#seen.set(object, { version, manifest });
    return found;
  }
}
