// Which key has sealed each secret record of a log, and how those of an earlier key, or of none, are sealed anew: a few at a time, at
// their own revisions, so that no object, revision or watch changes. What was done stands in the records themselves, so whoever
// goes on after an end in the middle goes on there.
import { WorldError } from '#base';
import { sealedWith } from '#platform/seal';
import type { Resealed, Revision } from './contract.ts';
import type { LogRecord, StoreLog } from './core/store-log.ts';
import { BATCH_BYTES_MAX, RESEAL_OPS_MAX } from './limits.ts';
import { type Sealing, sealedRecord, unsealedRecord } from './sealed.record.ts';

const IN_THE_CLEAR = 0;

export class Seals {
  readonly #inner: StoreLog;
  readonly #sealing: Sealing;
  /** Number of the key of each secret record, as far as is known; what was dropped elsewhere may still be named. */
  readonly #sealedBy = new Map<Revision, number>();
  /** Sealed, and not known to be written. */
  readonly #underWay = new Set<readonly LogRecord[]>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(inner: StoreLog, sealing: Sealing) {
    this.#inner = inner;
    this.#sealing = sealing;
  }

  /** Records as they stand in the log. */
  saw(records: readonly LogRecord[]): void {
    for (const { key, revision, bytes } of records)
      if (this.#sealing.isSecret(key)) this.#sealedBy.set(revision, sealedWith(bytes) ?? IN_THE_CLEAR);
  }

  async append(sealed: readonly LogRecord[]): Promise<void> {
    this.#underWay.add(sealed);
    try {
      await this.#inner.append(sealed);
      this.saw(sealed);
    } finally {
      // Where its fate is unknown, the log is read again before anything else happens to it.
      this.#underWay.delete(sealed);
    }
  }

  forget(): void {
    this.#sealedBy.clear();
  }

  drop(revisions: readonly Revision[], floor: Revision): Promise<void> {
    return this.#inTurn(async () => {
      await this.#inner.drop(revisions, floor);
      for (const revision of revisions) this.#sealedBy.delete(revision);
    });
  }

  /** Errors: WorldError `Unsupported`: records of this log are never written a second time. */
  reseal(most: number): Promise<Resealed> {
    return this.#inTurn(async () => {
      const key = this.#sealing.keys()[0].id;
      if (this.#stale(key).length === 0) return { key, resealed: 0, left: this.#underWayOf(key) };
      const records = await this.#first(key, Math.min(most, RESEAL_OPS_MAX));
      const sealed = records.map((record) => sealedRecord(this.#sealing, unsealedRecord(this.#sealing, record)));
      if (sealed.length > 0) await this.#rewrite(sealed);
      this.saw(sealed);
      return { key, resealed: sealed.length, left: this.#stale(key).length + this.#underWayOf(key) };
    });
  }

  #stale(key: number): Revision[] {
    return [...this.#sealedBy].filter(([, id]) => id !== key).map(([revision]) => revision);
  }

  /** How many are about to be written that another key has sealed. */
  #underWayOf(key: number): number {
    const records = [...this.#underWay].flat();
    return records.filter((record) => this.#sealing.isSecret(record.key) && sealedWith(record.bytes) !== key).length;
  }

  async #rewrite(records: readonly LogRecord[]): Promise<void> {
    const { rewrite } = this.#inner;
    if (!rewrite) throw new WorldError('Unsupported', 'records of this store are not sealed anew');
    await rewrite.call(this.#inner, records);
  }

  /** The first that are there and that `key` has not sealed, as many as fit a transaction. */
  async #first(key: number, most: number): Promise<LogRecord[]> {
    const found: LogRecord[] = [];
    let bytes = 0;
    for await (const record of this.#staleRecords(key)) {
      bytes += record.bytes.length;
      if (found.length === most || (found.length > 0 && bytes > BATCH_BYTES_MAX)) break;
      found.push(record);
    }
    return found;
  }

  /** In their order. Those that are not there any more are known of no more. */
  async *#staleRecords(key: number): AsyncIterable<LogRecord> {
    const { readPage } = this.#inner;
    if (!readPage) throw new WorldError('Unsupported', 'records of this store are not sealed anew');
    const wanted = this.#stale(key).toSorted((a, b) => a - b);
    let page: Awaited<ReturnType<typeof readPage>> = { records: [], isLast: false };
    let there = new Map<Revision, LogRecord>();
    for (const revision of wanted) {
      if (!page.isLast && revision > (page.records.at(-1)?.revision ?? 0)) {
        page = await readPage.call(this.#inner, revision - 1);
        there = new Map(page.records.map((record) => [record.revision, record]));
      }
      const record = there.get(revision);
      if (!record) this.#sealedBy.delete(revision);
      else if (sealedWith(record.bytes) === key) this.saw([record]);
      else yield record;
    }
  }

  /** Dropping and sealing anew never meet: what is dropped stays away. */
  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(act, act);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
