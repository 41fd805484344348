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
  /** By revision. A revision asked for twice was not written the first time. */
  readonly asked = new Map<number, Asked>();
  acknowledged = 1;

  /** Takes one line; false for a line that is cut short. */
  take(line: string): boolean {
    const [word, first, kind, length, key] = line.split(' ');
    if (word === 'ask' && key !== undefined && (kind === 'put' || kind === 'delete')) {
      this.asked.set(Number(first), { revision: Number(first), kind, length: Number(length), key });
      return true;
    }
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
    if (store.revision < this.acknowledged)
      return `acknowledged up to ${this.acknowledged}, the store ends at ${store.revision}`;
    const expected = new Map<string, Asked>();
    for (const asked of [...this.asked.values()].sort((a, b) => a.revision - b.revision)) {
      if (asked.revision > store.revision) continue;
      if (asked.kind === 'put') expected.set(asked.key, asked);
      else expected.delete(asked.key);
    }
    const list = store.list({ prefix: '' });
    if (list.kind !== 'listed') return `the list is ${list.kind}`;
    for (const entry of list.entries) {
      const asked = expected.get(entry.key);
      expected.delete(entry.key);
      if (asked === undefined) return `${entry.key} was never there at ${store.revision}`;
      if (asked.revision !== entry.revision) return `${entry.key} is of ${entry.revision}, not ${asked.revision}`;
      if (!bytesOf(asked.key, asked.revision, asked.length).equals(entry.bytes))
        return `${entry.key} holds other bytes`;
    }
    const missing = [...expected.keys()];
    return missing.length > 0 ? `missing: ${missing.join(' ')}` : undefined;
  }
}
