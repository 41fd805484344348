// What the hub's desired state has brought to this site, and what was settled about it: the truth by which things are pruned, kept in a
// file beside the desired state itself. It is written before the cluster is changed, so that nothing is brought that nobody
// remembers; labels in the cluster are for people and for the guard, and can be taken away by anybody.
import { WorldError } from '#base';
import type { DesiredObject, DesiredState, ObjectReference } from '#model/link';
import { readJsonIfPresent, removeTree, writeFileAtomic } from '#platform/disk';
import { partsOf } from './object.ts';

const VERSION = 1;

export interface InventoryItem {
  readonly object: ObjectReference;
  /** The manifest as it was last applied whole; absent before that. */
  readonly applied?: DesiredObject;
  /** The revision that brought `applied`. */
  readonly revision?: number;
  readonly uid?: string;
  /** It was here before the hub wanted it: pruning leaves it. */
  readonly adopted: boolean;
  /** Changed here while the plane was local: stays until the hub's operator chooses. */
  readonly differs?: {
    /** A choice for the hub was in force already when it was changed, so it does not count. */
    readonly spent: boolean;
    /** The revision of that choice, where the hub says it: one of a later revision counts. */
    readonly spentIn?: number;
  };
  /** Of an object that runs to an end: it was sent, and no answer came yet. */
  readonly sent?: DesiredObject;
}

export interface Inventory {
  readonly version: typeof VERSION;
  /** Revision that was applied whole; 0 for none. */
  readonly revision: number;
  /** The declaration of the hub's plane up to which local changes were told apart; absent before the first. */
  readonly settledPlane?: number;
  /** The hub that all of this is of, told by when the site joined it. */
  readonly activatedAt?: number;
  readonly items: Readonly<Record<ObjectReference, InventoryItem>>;
}

export const NO_INVENTORY: Inventory = { version: VERSION, revision: 0, items: {} };

/** `folder` holds both files. */
export interface DesiredFolder {
  desired(): DesiredState | undefined;
  keepDesired(desired: DesiredState): void;
  dropDesired(): void;
  inventory(): Inventory;
  keepInventory(inventory: Inventory): void;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Errors of reading: WorldError `Corrupt`, `Unsupported`; of writing: `Exhausted`. */
export function desiredFolder(folder: string): DesiredFolder {
  const files = { desired: `${folder}/state.json`, inventory: `${folder}/inventory.json` };
  return {
    desired() {
      const kept = readJsonIfPresent<DesiredState>(files.desired);
      if (kept !== undefined) checkDesired(kept);
      return kept;
    },
    dropDesired: () => removeTree(files.desired),
    keepDesired: (desired) => writeFileAtomic(files.desired, JSON.stringify(desired)),
    inventory() {
      const kept = readJsonIfPresent<Inventory>(files.inventory) ?? NO_INVENTORY;
      if (!isObject(kept) || !isObject(kept.items) || !Number.isSafeInteger(kept.revision))
        throw new WorldError('Corrupt', `${files.inventory} is damaged`, { subject: files.inventory });
      if (kept.version !== VERSION)
        throw new WorldError(
          'Unsupported',
          `${files.inventory} has version ${kept.version}; this software knows version ${VERSION}`,
          {
            cure: 'use the software that wrote it, or a newer one',
          },
        );
      return kept;
    },
    keepInventory: (inventory) => writeFileAtomic(files.inventory, JSON.stringify(inventory)),
  };
}

const isManifest = (value: unknown): boolean =>
  isObject(value) && typeof value.apiVersion === 'string' && typeof value.kind === 'string' && isObject(value.metadata);

/** Refuses what is no desired state. Errors: WorldError `Invalid`. */
export function checkDesired(desired: DesiredState): void {
  const { revision, manifests, settings, resolutions } = desired as unknown as Record<string, unknown>;
  const problem =
    !Number.isSafeInteger(revision) || Number(revision) < 1
      ? 'its revision is no whole number from 1 on'
      : !Array.isArray(manifests) || !manifests.every(isManifest)
        ? 'its manifests are not all objects with apiVersion, kind and metadata'
        : !isObject(settings)
          ? 'its settings are no names with values'
          : !Array.isArray(resolutions) ||
              !resolutions.every((one) => isObject(one) && ['hub', 'local'].includes(String(one.keep)))
            ? 'its resolutions are not choices between hub and local'
            : undefined;
  if (problem) throw new WorldError('Invalid', `this is no desired state: ${problem}`);
}

/** Whether the hub has brought objects into this namespace; when nobody can tell, it may have. Never throws. */
export function broughtInto(folder: string, namespace: string): boolean {
  try {
    const { items } = desiredFolder(folder).inventory();
    return Object.values(items).some(({ object, applied }) => applied && partsOf(object).namespace === namespace);
  } catch {
    return true;
  }
}
