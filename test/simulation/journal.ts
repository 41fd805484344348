// The journal of a simulated site: records that are on the disk, and those of the last second, which a power cut takes. What the hub has
// is the hub's word. Deliveries are judged at the hub by its own plan.
import type { JournalKind, JournalRecord } from '#model/link';
import type { Hub } from './hub.ts';
import { chance, type Shared } from './world.ts';

const BATCH_RECORDS = 400;
const DELIVERIES_A_TURN = 64;

export class Journal {
  readonly #shared: Shared;
  /** On the disk; what was removed is undefined. */
  readonly kept: (JournalRecord | undefined)[] = [];
  #fresh: JournalRecord[] = [];
  /** How far it is at the hub, as the hub last said. */
  #delivered = 0;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  append(kind: JournalKind, value = 1): void {
    const sequence = this.kept.length + this.#fresh.length + 1;
    this.#fresh.push({ sequence, at: '', kind, body: { value } });
    // Nobody acts before an audit record is on the disk.
    if (kind === 'audit') this.sync();
  }

  sync(): void {
    this.kept.push(...this.#fresh);
    this.#fresh = [];
  }

  powerCut(): void {
    this.#fresh = [];
  }

  /** What a heartbeat's answer tells. */
  heard(position: number): void {
    this.#delivered = position;
  }

  deliver(hub: Hub, loss: number): void {
    const { rules, random } = this.#shared;
    for (let turn = 0; turn < DELIVERIES_A_TURN; turn++) {
      const batch = this.#batch();
      if (batch.length === 0) return;
      if (rules.journalDelivered === 'sent') this.#forget(batch);
      if (chance(random, loss)) return;
      const acknowledged = hub.takeJournal(batch);
      // Taken, and the answer is lost: it comes again.
      if (acknowledged === undefined || chance(random, loss)) return;
      this.#delivered = acknowledged;
    }
  }

  #batch(): JournalRecord[] {
    const from = this.#delivered;
    const found = this.kept.slice(from, from + BATCH_RECORDS);
    const first = found.findIndex((record) => record !== undefined);
    if (first <= 0) return found.filter((record) => record !== undefined);
    const gone: JournalRecord = { sequence: from + first, at: '', kind: 'dropped', body: { from: from + 1 } };
    return [gone, ...found.slice(first).filter((record) => record !== undefined)];
  }

  #forget(batch: readonly JournalRecord[]): void {
    for (const { sequence } of batch) this.kept[sequence - 1] = undefined;
  }
}
