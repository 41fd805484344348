// What the hub's operator wants of one site: manifests by revision, and his choices where both sides differ. Revisions go beyond
// everything that was given and that the site has applied, as the product's hub counts them.

import type { Random } from '#base';
import type { DesiredObject, DesiredState, ObjectReference, Resolution } from '#model/link';
import { referenceOf } from '../../src/services/desired-state/object.ts';
import { chance } from './world.ts';

const NAMES = ['prices', 'menu', 'lights', 'doors', 'cameras', 'pumps'];

export const settingOf = (manifest: DesiredObject): string => String((manifest.data as { value?: string }).value ?? '');

const configMap = (name: string, value: string): DesiredObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  data: { value },
});
/** It is cleared away by the cluster when it has run. */
const job = (name: string): DesiredObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'shop' },
  spec: { ttlSecondsAfterFinished: 60 },
});

interface Wish {
  readonly revision: number;
  readonly manifests: readonly DesiredObject[];
  readonly resolutions: readonly Resolution[];
}

const NONE: Wish = { revision: 0, manifests: [], resolutions: [] };

export class Wishes {
  #now: Wish = NONE;
  #backup: Wish = NONE;
  /** Made once, whatever the hub is restored from. */
  #made = 0;
  /** What the site last told. */
  #applied = 0;
  #differing: readonly ObjectReference[] = [];

  get revision(): number {
    return this.#now.revision;
  }

  state(): DesiredState {
    return { ...this.#now, source: 'folder', settings: {} };
  }

  /** Something is added, changed or taken away. */
  change(random: Random): void {
    const name = NAMES[random.below(NAMES.length)] ?? 'prices';
    const kind = random.next();
    const others = this.#now.manifests.filter(({ metadata }) => metadata.name !== name);
    const made = ++this.#made;
    if (kind < 0.2) this.#next(others);
    else if (kind < 0.4) this.#next([...this.#now.manifests.slice(-8), job(`job-${made}`)]);
    else this.#next([...others, configMap(name, `hub-${made}`)]);
  }

  /** Chooses where both sides differ. */
  resolve(random: Random): void {
    const differing = this.#differing;
    const open = new Set(differing);
    const before = this.#now.resolutions.filter(({ object }) => !open.has(object));
    if (differing.length === 0) return;
    const revision = this.#beyond();
    const chosen = differing.map(
      (object): Resolution => ({ object, keep: chance(random, 0.7) ? 'hub' : 'local', revision }),
    );
    this.#now = { ...this.#now, resolutions: [...before, ...chosen], revision };
  }

  /** Nothing is left to the site any more. */
  takeAll(): void {
    const revision = this.#beyond();
    const resolutions = this.#now.manifests.map(
      (manifest): Resolution => ({ object: referenceOf(manifest), keep: 'hub', revision }),
    );
    this.#now = { ...this.#now, resolutions, revision };
  }

  /** What a heartbeat tells of the site: it may have more than a hub that was restored remembers. */
  heard(applied: number, differing: readonly ObjectReference[]): void {
    this.#applied = applied;
    this.#differing = differing;
    // Choices that are carried out are forgotten, and that is no new revision.
    const isDone = ({ object, keep, revision = 0 }: Resolution): boolean =>
      keep === 'hub' && applied >= revision && !differing.includes(object);
    this.#now = { ...this.#now, resolutions: this.#now.resolutions.filter((one) => !isDone(one)) };
    if (applied > this.#now.revision && this.#now.revision > 0) this.#now = { ...this.#now, revision: applied + 1 };
  }

  backUp(): void {
    this.#backup = this.#now;
  }

  /** The folder that manifests come from is not the hub's: it is read again. */
  restore(): void {
    const { manifests } = this.#now;
    this.#now = { ...this.#backup, manifests, revision: this.#backup.revision + 1 };
  }

  #beyond(): number {
    return Math.max(this.#now.revision, this.#applied) + 1;
  }

  #next(manifests: readonly DesiredObject[]): void {
    const names = new Set(manifests.map(referenceOf));
    const resolutions = this.#now.resolutions.filter(({ object }) => names.has(object));
    this.#now = { revision: this.#beyond(), manifests, resolutions };
  }
}
