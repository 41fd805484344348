// Keeps the objects of a simulated site as its hub wants them: the plan decides, this carries out in the order of the product's pass and
// writes down what it writes, so that every pair of writes is cut apart by a crash in some life. The cluster is the objects that are
// there: maps with one value, which people change, and jobs, which run and vanish.
import type { DesiredObject, DesiredState, ObjectReference } from '#model/link';
import type { Standing as SiteStanding } from '#model/site';
import { type Decision, isBrought, type ObjectFacts } from '../../src/services/desired-state/apply.plan.ts';
import { differences } from '../../src/services/desired-state/differences.ts';
import { type Inventory, type InventoryItem, NO_INVENTORY } from '../../src/services/desired-state/inventory.ts';
import { marked, partsOf, referenceOf, runsToEnd } from '../../src/services/desired-state/object.ts';
import { settingOf } from './wishes.ts';
import type { Shared } from './world.ts';

export interface Live {
  readonly uid: string;
  readonly isHeld: boolean;
  readonly manifest: DesiredObject;
}
export type LiveObjects = Readonly<Record<ObjectReference, Live>>;

export interface DesiredStanding extends SiteStanding {
  readonly planeSince: number;
}

/** It is the site's own, and nobody else's business. */
export const OWN = 'v1/ConfigMap/shop/own';
const OWN_LIVE: Live = {
  uid: 'own',
  isHeld: false,
  manifest: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'own', namespace: 'shop' },
    data: { value: 'own' },
  },
};

const AT_FIRST: LiveObjects = { [OWN]: OWN_LIVE };

export const liveOf = ({ disk }: Shared): LiveObjects => disk.read<LiveObjects>('live') ?? AT_FIRST;

export class Desired {
  readonly #shared: Shared;
  readonly #standing: () => DesiredStanding;
  /** What the last pass saw, and left. */
  #passed: readonly unknown[] = [];
  #differing: readonly ObjectReference[] = [];

  constructor(shared: Shared, standing: () => DesiredStanding) {
    this.#shared = shared;
    this.#standing = standing;
  }

  get #inventory(): Inventory {
    return this.#shared.disk.read<Inventory>('inventory') ?? NO_INVENTORY;
  }

  get #desired(): DesiredState | undefined {
    return this.#shared.disk.read<DesiredState>('desired');
  }

  applied(): number {
    return this.#inventory.revision;
  }

  /** What the hub's operator is asked about. */
  get differing(): readonly ObjectReference[] {
    return this.#differing;
  }

  isNew(revision: number): boolean {
    return revision > this.applied() && revision !== (this.#desired?.revision ?? 0);
  }

  /** Errors: Crash. */
  take(desired: DesiredState): void {
    this.#shared.disk.write('desired', desired);
    this.pass();
  }

  /** What jobs there are have run, and are gone. Errors: Crash. */
  runJobs(): void {
    const { disk, see } = this.#shared;
    for (const [object, { manifest }] of Object.entries(liveOf(this.#shared))) {
      if (!runsToEnd(manifest)) continue;
      const { [object]: _, ...left } = liveOf(this.#shared);
      disk.write('live', left);
      see({ kind: 'ran', object });
    }
  }

  /** Somebody changes an object at the site, or deletes it. Answers whether the guard lets him. Errors: Crash. */
  changeHere(value: string, pick: number, deletes: boolean): boolean {
    const { plane, mode } = this.#standing();
    const live = liveOf(this.#shared);
    const objects = Object.keys(live).filter((object) => object !== OWN && partsOf(object).kind === 'ConfigMap');
    const object = objects[pick % Math.max(1, objects.length)];
    const before = object === undefined ? undefined : live[object];
    if (object === undefined || before === undefined) return false;
    if (plane === 'hub' && mode !== 'Connected' && before.isHeld) return false;
    const { [object]: _, ...left } = live;
    const changed = { ...before, manifest: { ...before.manifest, data: { value } } };
    this.#shared.disk.write('live', deletes ? left : { ...left, [object]: changed });
    this.#shared.see({ kind: 'changed-here', object, value: deletes ? '' : value, plane });
    return true;
  }

  /** One pass, unless nothing has changed since the last. Errors: Crash. */
  pass(): void {
    const { rules, disk } = this.#shared;
    const desired = this.#desired;
    if (!desired) return;
    const standing = this.#standing();
    const asIs = [standing.plane, standing.mode, standing.planeSince, desired.revision, liveOf(this.#shared)];
    if (asIs.every((one, i) => one === this.#passed[i])) return;
    const inventory = this.#inventory;
    const isToSettle = standing.plane === 'hub' && inventory.settledPlane !== standing.planeSince;
    const input = { desired, inventory, standing, isToSettle };
    const decisions = rules.planDesired({ ...input, facts: this.#facts(desired, inventory) });
    const planned = { ...inventory, ...(isToSettle && { settledPlane: standing.planeSince }) };
    this.#carryOut(planned, decisions, standing);
    this.#differing = decisions.filter(({ state }) => state === 'differs').map(({ object }) => object);
    const waits = standing.plane === 'local' && decisions.some(({ state }) => state === 'drifted');
    const isFailed = decisions.some(({ state }) => state === 'failed');
    const isApplied = this.#inventory.revision === desired.revision;
    if (!isFailed && !waits && standing.plane === 'hub' && !isApplied)
      disk.write('inventory', { ...this.#inventory, revision: desired.revision });
    this.#passed = [...asIs.slice(0, -1), liveOf(this.#shared)];
  }

  #facts(desired: DesiredState, { items }: Inventory): Map<ObjectReference, ObjectFacts> {
    const live = liveOf(this.#shared);
    const manifests = new Map(desired.manifests.map((manifest) => [referenceOf(manifest), manifest]));
    const facts = new Map<ObjectReference, ObjectFacts>();
    for (const object of new Set([...manifests.keys(), ...Object.keys(items)])) {
      const found = live[object];
      const manifest = manifests.get(object);
      const item = items[object];
      if (!found) {
        facts.set(object, { kind: 'absent' });
        continue;
      }
      const applied = item?.applied && marked(item.applied, item.revision ?? desired.revision);
      const isOld = manifest && item?.applied && JSON.stringify(item.applied) === JSON.stringify(manifest);
      const wanted = isOld ? applied : manifest && marked(manifest, desired.revision);
      const from = (to: DesiredObject | undefined) =>
        to ? differences(found.manifest, to) : { paths: [], replaced: [] };
      const { uid, isHeld } = found;
      facts.set(object, { kind: 'present', uid, isHeld, fromWanted: from(wanted), fromApplied: from(applied) });
    }
    return facts;
  }

  /** As PassRun does it. */
  #carryOut(inventory: Inventory, decisions: readonly Decision[], { plane }: DesiredStanding): void {
    const { disk } = this.#shared;
    const items: Record<string, InventoryItem> = { ...inventory.items };
    const set = (object: string, item: InventoryItem | undefined): void => {
      if (item) items[object] = item;
      else delete items[object];
    };
    const keep = (): void => disk.write('inventory', { ...inventory, items: { ...items } });
    for (const decision of decisions) if (isBrought(decision)) set(decision.object, decision.item);
    keep();
    for (const decision of decisions) {
      const { object, action, item } = decision;
      const runs = action.kind === 'apply' && runsToEnd(action.manifest);
      if (runs && item) {
        items[object] = { ...item, sent: action.manifest };
        keep();
      }
      set(object, this.#one(decision, plane));
      if (runs) keep();
    }
    keep();
  }

  #one(decision: Decision, plane: string): InventoryItem | undefined {
    const { object, action, item, isForgotten } = decision;
    const { disk, see, random } = this.#shared;
    const live = liveOf(this.#shared);
    const found = live[object];
    if (action.kind === 'apply') {
      const manifest = marked(action.manifest, action.revision);
      const uid = found?.uid ?? String(random.below(2 ** 40));
      const before = found && {
        value: settingOf(found.manifest),
        isSame: found.isHeld && same(found.manifest, manifest),
      };
      see({ kind: 'applying', object, plane, before });
      disk.write('live', { ...live, [object]: { uid, isHeld: true, manifest } });
      const { sent: _, ...kept } = item ?? { object, adopted: false };
      return { ...kept, applied: action.manifest, revision: action.revision, uid };
    }
    if (action.kind !== 'none' && found) {
      const { [object]: _, ...left } = live;
      const { labels: __, annotations: ___, ...metadata } = found.manifest.metadata as Record<string, unknown>;
      const freed = { ...found, isHeld: false, manifest: { ...found.manifest, metadata } as unknown as DesiredObject };
      const isDeleted = action.kind === 'delete';
      see({ kind: 'taken-away', object, plane, value: isDeleted ? settingOf(found.manifest) : undefined });
      disk.write('live', isDeleted ? left : { ...left, [object]: freed });
    }
    return isForgotten || (action.kind === 'none' && !isBrought(decision)) ? undefined : item;
  }
}

const same = (one: DesiredObject, other: DesiredObject): boolean => differences(one, other).paths.length === 0;
