// Decides, object by object, what becomes of the desired state: pure. It leaves no choice to whoever carries it out.
//
//   wanted, plane local        nothing is written; what was changed here is shown as `differs`, what only waits as `drifted`
//   wanted, plane hub
//     chosen local             released from the hub, `kept-local`
//     changed here on the local plane, or here before with other values, not chosen yet
//                              stays as it is, `differs`, until chosen
//     new, or another manifest than was applied, or chosen hub
//                              applied, whatever the link does: the hub has said it
//     the same manifest, the object differs
//                              put right while Connected, `drifted` otherwise
//     ran to its end and is gone
//                              stays gone: it runs once
//   not wanted any more, plane hub
//     changed here, not chosen `differs`;  chosen local: released
//     was here before, or is another object than was brought
//                              released, `kept-local`
//     a namespace with objects that the hub did not bring
//                              released, `kept-local`
//     everything else          deleted, `pruned`
import { sameJson } from '#base';
import {
  applyRank,
  type DesiredObject,
  type DesiredState,
  type ObjectReference,
  type ReportedObject,
} from '#model/link';
import type { Standing } from '#model/site';
import { type Differences, pathsText } from './differences.ts';
import type { Inventory, InventoryItem } from './inventory.ts';
import { CONTENT_SHOWN_MAX } from './limits.ts';
import { identityOf, partsOf, referenceOf, runsToEnd, vanishes } from './object.ts';

/** What the cluster has of an object now. */
export type ObjectFacts =
  /** It cannot be told, or the manifest cannot be applied; why. */
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'present';
      readonly uid: string;
      /** The hub manages fields of it. */
      readonly isHeld: boolean;
      /** Where it differs from what is wanted; none for an object that is not wanted any more. */
      readonly fromWanted: Differences;
      /** Where it differs from what was last applied. */
      readonly fromApplied: Differences;
      /** Of a namespace: what stands in it and nobody in it brought. */
      readonly content?: readonly ObjectReference[];
    };

export type ObjectAction =
  | { readonly kind: 'none' }
  | { readonly kind: 'apply'; readonly manifest: DesiredObject; readonly revision: number }
  | { readonly kind: 'delete'; readonly uid: string }
  /** Label, annotation and fields of the hub are taken from it; everything else stays. */
  | { readonly kind: 'release' };

export interface Decision {
  readonly object: ObjectReference;
  readonly action: ObjectAction;
  /** What is told when the action is done. */
  readonly state: ReportedObject['state'];
  readonly message?: string;
  /** What the inventory holds before the action; undefined: nothing. */
  readonly item?: InventoryItem;
  /** The object leaves the inventory when the action is done. */
  readonly isForgotten: boolean;
}

export interface PlanInput {
  readonly desired: DesiredState;
  readonly inventory: Inventory;
  readonly facts: ReadonlyMap<ObjectReference, ObjectFacts>;
  readonly standing: Standing;
  /** The plane was local since local changes were last told apart. */
  readonly isToSettle: boolean;
}

interface Case extends PlanInput {
  readonly object: ObjectReference;
  readonly found: ObjectFacts;
  /** What the operator of the hub chose for it. */
  readonly choice?: 'hub' | 'local';
  /** The revision with which he did. */
  readonly chosenIn?: number;
  readonly item: InventoryItem;
  /** What this plan deletes before it. */
  readonly pruned: ReadonlySet<string>;
}

const NONE = { kind: 'none' } as const;
const UNDECIDED = 'the operator of the hub chooses';

/** What was changed here, in words; undefined when nothing was. */
function changedHere({ item, found, isToSettle, standing }: Case, manifest?: DesiredObject): string | undefined {
  const looks = isToSettle || standing.plane === 'local' || item.differs !== undefined;
  if (!looks || found.kind === 'unknown') return undefined;
  if (found.kind === 'absent') {
    if (!item.applied || (manifest && runsToEnd(item.applied))) return undefined;
    return 'deleted here';
  }
  if (!item.applied) return undefined;
  return found.fromApplied.paths.length > 0 ? pathsText(found.fromApplied.paths) : undefined;
}

/** Values that the object had before the hub wanted it, and that would be overwritten. */
function hereBefore({ item, found }: Case): string | undefined {
  if (item.applied || found.kind !== 'present' || found.isHeld) return undefined;
  return found.fromWanted.replaced.length > 0 ? `here before: ${pathsText(found.fromWanted.replaced)}` : undefined;
}

/** Whether a choice for the hub came after the one that was in force when the object was changed here. */
const isLater = ({ item, chosenIn }: Case): boolean =>
  chosenIn !== undefined && item.differs?.spentIn !== undefined && chosenIn > item.differs.spentIn;

/** The mark of what was changed here: a choice for the hub that was in force before the change does not count for it. */
function markOf(of: Case): NonNullable<InventoryItem['differs']> {
  const { item, choice, chosenIn } = of;
  const spent = choice === 'hub' && (item.differs ? item.differs.spent && !isLater(of) : item.applied !== undefined);
  const spentIn = item.differs?.spentIn ?? chosenIn;
  return { spent, ...(spent && spentIn !== undefined && { spentIn }) };
}

const isChosen = (of: Case): boolean =>
  of.choice === 'hub' && (of.item.differs ? !of.item.differs.spent || isLater(of) : of.item.applied === undefined);

function withMark(item: InventoryItem, differs: InventoryItem['differs']): InventoryItem {
  const { differs: _differs, ...rest } = item;
  return differs ? { ...rest, differs } : rest;
}

function decision(of: Case, decided: Partial<Decision> & Pick<Decision, 'state'>): Decision {
  return { object: of.object, action: NONE, item: of.item, isForgotten: false, ...decided };
}

const isSame = (of: Case): boolean =>
  of.found.kind === 'present' && of.found.isHeld && of.found.fromWanted.paths.length === 0;

function wantedOnLocalPlane(of: Case, manifest: DesiredObject): Decision {
  const { found, item } = of;
  const changed = changedHere(of, manifest) ?? hereBefore(of);
  if (changed !== undefined && !isSame(of))
    return decision(of, {
      state: 'differs',
      message: changed,
      item: withMark(item, markOf(of)),
    });
  const isGone = found.kind === 'absent' && item.applied && runsToEnd(item.applied);
  const isDone = isSame(of) || (isGone && sameJson(item.applied, manifest));
  const kept = { item: withMark(item, undefined) };
  if (isDone) return decision(of, { state: 'applied', ...kept });
  const why = found.kind === 'present' ? pathsText(found.fromWanted.paths) : 'not here';
  return decision(of, { state: 'drifted', message: `waits, because the plane is local: ${why}`, ...kept });
}

function wantedOnHubPlane(of: Case, manifest: DesiredObject): Decision {
  const { found, item, choice, desired, standing } = of;
  if (choice === 'local') {
    const isHeld = found.kind === 'present' && found.isHeld;
    // Should the choice go away, it is to be chosen again.
    const kept = withMark(item, { spent: false });
    const action = isHeld ? ({ kind: 'release' } as const) : NONE;
    return decision(of, { state: 'kept-local', message: 'as chosen at the hub', action, item: kept });
  }
  const changed = changedHere(of, manifest) ?? hereBefore(of);
  if (changed !== undefined && !isChosen(of) && !isSame(of))
    return decision(of, { state: 'differs', message: `${changed}; ${UNDECIDED}`, item: withMark(item, markOf(of)) });
  const isOld = sameJson(item.applied, manifest) && item.revision !== undefined;
  const revision = isOld ? (item.revision ?? desired.revision) : desired.revision;
  const isAdopted = item.adopted || (!item.applied && found.kind === 'present' && !found.isHeld);
  const next = { ...withMark(item, undefined), adopted: isAdopted };
  // So it is after a crash between the write and its record, too.
  if (isSame(of)) {
    const uid = of.found.kind === 'present' ? of.found.uid : item.uid;
    return decision(of, { state: 'applied', item: { ...next, applied: manifest, revision, uid } });
  }
  const apply = decision(of, { state: 'applied', action: { kind: 'apply', manifest, revision }, item: next });
  if (changed !== undefined || !isOld) return runOnce(of, apply, manifest);
  if (found.kind === 'absent' && runsToEnd(manifest)) return decision(of, { state: 'applied', item: next });
  if (standing.mode === 'Connected') return apply;
  const why = found.kind === 'present' ? pathsText(found.fromWanted.paths) : 'deleted here';
  return decision(of, { state: 'drifted', message: `${why}; put right when the link is back`, item: next });
}

/** What was sent before a crash, and cannot be told from what ran and was cleared away, is not begun a second time. */
function runOnce(of: Case, apply: Decision, manifest: DesiredObject): Decision {
  const isAmbiguous = of.found.kind === 'absent' && sameJson(of.item.sent, manifest) && vanishes(manifest);
  if (!isAmbiguous) return apply;
  return decision(of, {
    state: 'failed',
    message:
      'it was sent when the process ended, and is not here now: whether it ran is not known; change its name to run it again',
  });
}

function notWanted(of: Case): Decision {
  const { found, item, choice, standing, pruned } = of;
  if (found.kind === 'absent') return decision(of, { state: 'pruned', isForgotten: true });
  if (found.kind === 'unknown') return decision(of, { state: 'failed', message: found.why });
  if (!item.applied && !found.isHeld)
    return decision(of, { state: 'kept-local', message: 'it was never applied', isForgotten: true });
  const changed = changedHere(of);
  const gone = 'the hub does not want it any more';
  if (standing.plane === 'local') {
    const mark = changed === undefined ? undefined : markOf(of);
    const state = changed === undefined ? 'drifted' : 'differs';
    return decision(of, { state, message: `${gone}; it stays while the plane is local`, item: withMark(item, mark) });
  }
  const release = (message: string): Decision =>
    decision(of, {
      state: 'kept-local',
      message,
      action: found.isHeld ? { kind: 'release' } : NONE,
      isForgotten: true,
    });
  if (choice === 'local') return release('as chosen at the hub');
  if (changed !== undefined && !isChosen(of)) {
    const message = `${gone}, and it was changed here: ${changed}; ${UNDECIDED}`;
    return decision(of, { state: 'differs', message, item: withMark(item, markOf(of)) });
  }
  if (item.adopted) return release(`${gone}; it was here before`);
  if (item.uid !== undefined && item.uid !== found.uid) return release(`${gone}; another object has its name`);
  const foreign = (found.content ?? []).filter((one) => !pruned.has(identityOf(one)));
  if (foreign.length > 0) return release(`${gone}; it holds what the hub did not bring: ${foreignText(foreign)}`);
  return decision(of, { state: 'pruned', action: { kind: 'delete', uid: found.uid }, isForgotten: true });
}

function foreignText(foreign: readonly ObjectReference[]): string {
  const shown = foreign.slice(0, CONTENT_SHOWN_MAX).map((one) => `${partsOf(one).kind} ${partsOf(one).name}`);
  return foreign.length > shown.length
    ? `${shown.join(', ')} and ${foreign.length - shown.length} more`
    : shown.join(', ');
}

const NEW = (object: ObjectReference): InventoryItem => ({ object, adopted: false });

/** What becomes of everything that a hub brought when the site leaves it. */
export function planLeaving({ items }: Inventory): readonly Decision[] {
  return Object.values(items).map((item) => ({
    object: item.object,
    action: item.applied ? { kind: 'release' } : NONE,
    state: 'kept-local',
    item,
    isForgotten: true,
  }));
}

/** Objects that nothing is or was done for leave no trace in the inventory. One that was sent, and of which nobody knows whether it
 * ran, leaves one: at the next pass it would be begun a second time. */
export const isBrought = ({ item, action }: Decision): boolean =>
  action.kind === 'apply' || [item?.applied, item?.differs, item?.sent].some((trace) => trace !== undefined);

/** In the order in which they are carried out. */
export function planDesired(input: PlanInput): readonly Decision[] {
  const { desired, inventory, facts, standing } = input;
  const choices = new Map(desired.resolutions.map((resolution) => [resolution.object, resolution]));
  const caseOf = (object: ObjectReference, pruned: ReadonlySet<string> = new Set()): Case => ({
    ...input,
    object,
    found: facts.get(object) ?? { kind: 'unknown', why: 'it was not looked at' },
    choice: choices.get(object)?.keep,
    chosenIn: choices.get(object)?.revision,
    item: inventory.items[object] ?? NEW(object),
    pruned,
  });
  const seen = new Set<string>();
  const wanted = desired.manifests
    .map((manifest) => ({ manifest, object: referenceOf(manifest), rank: applyRank(manifest.kind) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ manifest, object }): Decision => {
      const of = caseOf(object);
      if (seen.has(identityOf(object))) return decision(of, { state: 'failed', message: 'it is listed twice' });
      seen.add(identityOf(object));
      if (of.found.kind === 'unknown') return decision(of, { state: 'failed', message: of.found.why });
      return standing.plane === 'local' ? wantedOnLocalPlane(of, manifest) : wantedOnHubPlane(of, manifest);
    });
  const gone = Object.keys(inventory.items)
    .filter((object) => !seen.has(identityOf(object)))
    .sort((a, b) => applyRank(partsOf(b).kind) - applyRank(partsOf(a).kind));
  const pruned = new Set<string>();
  const pruning = gone.map((object) => {
    const decided = notWanted(caseOf(object, pruned));
    if (decided.action.kind === 'delete') pruned.add(identityOf(object));
    return decided;
  });
  return [...wanted, ...pruning];
}
