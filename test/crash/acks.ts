// What a workload asked for and what it was told, and the judge of what a store holds after a crash: every acknowledged
// write is there, and the whole is the state at one revision, nothing before it missing, nothing after it present.
import type { Store } from '#store';
import { bytesOf } from './workload.ts';

export interface Asked {
  readonly revision: number;
  readonly kind: 'put' | 'delete';
  readonly length: number;
  readonly key: string;
}

export class Acks {
  /** By revision. */
  readonly asked = new Map<number, Asked>();
  /** Revisions of writes that failed: each may or may not be there. */
  readonly lost = new Set<number>();
  acknowledged = 1;
  /** The first revision that was given a second time though its write was acknowledged. */
  #givenAgain: number | undefined;

  /** Takes one line; false for a line that is cut short. */
  take(line: string): boolean {
    const [word, first, kind, length, key] = line.split(' ');
    if (word === 'ask' && key !== undefined && (kind === 'put' || kind === 'delete')) {
      if (Number(first) <= this.acknowledged) this.#givenAgain ??= Number(first);
      this.asked.set(Number(first), { revision: Number(first), kind, length: Number(length), key });
      return true;
    }
    if (word === 'lost') this.lost.add(Number(first));
    if (word === 'open') this.#begin(Number(first));
    if (word !== 'ack' && word !== 'open') return false;
    this.acknowledged = Math.max(this.acknowledged, Number(first));
    return true;
  }

  takeAll(text: string): void {
    // What stands after the last line end was being written.
    for (const line of text.split('\n').slice(0, -1)) this.take(line);
  }

  /** What is wrong with `store`, or undefined. */
  judge(store: Store): string | undefined {
    if (this.#givenAgain !== undefined) return `revision ${this.#givenAgain} was acknowledged, and given again`;
    if (store.revision < this.acknowledged)
      return `acknowledged up to ${this.acknowledged}, the store ends at ${store.revision}`;
    const expected = this.#expected(store.revision);
    const list = store.list({ prefix: '' });
    if (list.kind !== 'listed') return `the list is ${list.kind}`;
    for (const entry of list.entries) {
      const asked = expected.get(entry.key)?.find(({ revision }) => revision === entry.revision);
      if (asked?.kind !== 'put') return `${entry.key} of ${entry.revision} should not be there at ${store.revision}`;
      if (!bytesOf(asked.key, asked.revision, asked.length).equals(entry.bytes))
        return `${entry.key} holds other bytes`;
      expected.delete(entry.key);
    }
    const missing = [...expected].filter(([, last]) => last.every(({ kind }) => kind === 'put')).map(([key]) => key);
    return missing.length > 0 ? `missing at ${store.revision}: ${missing.join(' ')}` : undefined;
  }

  /** A store that opens at `revision` never wrote what was asked beyond it; those revisions are given again. */
  #begin(revision: number): void {
    for (const asked of [...this.asked.keys()]) if (asked > revision) this.asked.delete(asked);
    for (const lost of [...this.lost]) if (lost > revision) this.lost.delete(lost);
  }

  /** For each key, what it may hold at `revision`: its last certain write, and uncertain ones after that. */
  #expected(revision: number): Map<string, Asked[]> {
    const expected = new Map<string, Asked[]>();
    for (const asked of [...this.asked.values()].sort((a, b) => a.revision - b.revision)) {
      if (asked.revision > revision) continue;
      const before = expected.get(asked.key) ?? [{ ...asked, revision: 0, kind: 'delete' }];
      expected.set(asked.key, this.lost.has(asked.revision) ? [...before, asked] : [asked]);
    }
    return expected;
  }
}
