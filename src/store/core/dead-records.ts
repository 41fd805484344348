// Records in the log that nothing needs any more, until they are worth a transaction to drop them.
import type { Revision } from '../contract.ts';

export interface DeadRecord {
  readonly revision: Revision;
  /** The change that made it needless. */
  readonly since: Revision;
  readonly bytes: number;
}

export class DeadRecords {
  #records: DeadRecord[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#records.length;
  }

  add(record: DeadRecord): void {
    this.#records.push(record);
    this.#bytes += record.bytes;
  }

  take(count: number): DeadRecord[] {
    const taken = this.#records.splice(0, count);
    for (const record of taken) this.#bytes -= record.bytes;
    return taken;
  }

  /** They could not be dropped. They go first again: what died later may hide them. */
  putBack(records: readonly DeadRecord[]): void {
    this.#records = [...records, ...this.#records];
    for (const record of records) this.#bytes += record.bytes;
  }

  /** Another process dropped these. */
  forget(dropped: readonly Revision[]): void {
    if (dropped.length === 0) return;
    const gone = new Set(dropped);
    this.#records = this.#records.filter((record) => !gone.has(record.revision));
    this.#bytes = this.#records.reduce((sum, record) => sum + record.bytes, 0);
  }
}
