// The journals of a simulated site, one of each of two processes: records that are on the disk in segments, and those of the last second,
// which a power cut takes. Which records one delivery holds, whose turn it is, and what goes when there is no room is decided by the
// product; what the hub has is the hub's word.
import type { JournalKind, JournalRecord } from '#model/link';
import { type KeptRecord, recordLine } from '../../src/services/journal/record-line.ts';
import { factsOf, type HeldFacts } from '../../src/services/journal/segments.ts';
import type { Hub } from './hub.ts';
import { chance, type Shared } from './world.ts';

/** Small, so that a link that is away for months makes the journal give way. */
const JOURNAL_BYTES = 40 * 1024;
const SEGMENT_RECORDS = 24;
const BATCH_BYTES = 24 * 1024;
/** Read for one delivery. */
const READ_RECORDS = 256;
const DELIVERIES_A_TURN = 64;

export const STREAMS = ['holdfastd/1', 'services/1'] as const;
export type StreamName = (typeof STREAMS)[number];

interface Held {
  readonly facts: HeldFacts;
  readonly records: readonly KeptRecord[];
}

const withBytes = (records: readonly JournalRecord[]): KeptRecord[] =>
  records.map((record) => ({ ...record, bytes: Buffer.byteLength(recordLine(record)) }));

class Log {
  readonly name: string;
  sealed: readonly Held[] = [];
  open: readonly KeptRecord[] = [];
  fresh: readonly JournalRecord[] = [];
  /** How far it is at the hub, as the hub last said. */
  delivered = 0;
  last = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Removes what is not beyond. */
  forget(position: number): void {
    const isBeyond = ({ sequence }: KeptRecord): boolean => sequence > position;
    this.sealed = this.sealed.map(({ facts, records }) => ({ facts, records: records.filter(isBeyond) }));
    this.open = this.open.filter(isBeyond);
  }

  after(position: number): KeptRecord[] {
    const found: KeptRecord[] = [];
    for (const { facts, records } of [...this.sealed, { facts: { last: this.last }, records: this.open }]) {
      if (facts.last <= position) continue;
      found.push(...records.filter(({ sequence }) => sequence > position));
      if (found.length >= READ_RECORDS) break;
    }
    return found;
  }
}

export class Journal {
  readonly #shared: Shared;
  readonly #logs = STREAMS.map((name) => new Log(name));
  readonly #turnOf = new Map<string, number>();
  #turns = 0;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  append(name: StreamName, kind: JournalKind, body: Readonly<Record<string, unknown>> = {}): void {
    const log = this.#logs.find((one) => one.name === name);
    if (!log) return;
    log.fresh = [...log.fresh, { sequence: log.last + log.fresh.length + 1, at: '', kind, body }];
    // Nobody acts before an audit record is on the disk.
    if (kind === 'audit') this.sync();
  }

  sync(): void {
    for (const log of this.#logs) {
      if (log.fresh.length === 0) continue;
      for (const { sequence, kind, body } of log.fresh)
        this.#shared.see({
          kind: 'recorded',
          stream: log.name,
          sequence,
          record: kind,
          value: Number(body.seconds ?? 0),
        });
      log.open = [...log.open, ...withBytes(log.fresh)];
      log.last += log.fresh.length;
      log.fresh = [];
      if (log.open.length >= SEGMENT_RECORDS) this.#seal(log);
    }
  }

  powerCut(): void {
    for (const log of this.#logs) log.fresh = [];
  }

  /** What a heartbeat's answer tells. */
  heard(positions: ReadonlyMap<string, number>): void {
    for (const log of this.#logs) log.delivered = positions.get(log.name) ?? 0;
  }

  deliver(hub: Hub, loss: number): void {
    const { rules, random } = this.#shared;
    for (let turn = 0; turn < DELIVERIES_A_TURN; turn++) {
      const next = this.#next();
      if (!next) return;
      const { log, batch } = next;
      if (rules.journalDelivered === 'sent') log.forget(batch.at(-1)?.sequence ?? 0);
      if (chance(random, loss)) return;
      const acknowledged = hub.takeJournal(log.name, batch);
      // Taken, and the answer is lost: it comes again.
      if (acknowledged === undefined || chance(random, loss)) return;
      log.delivered = acknowledged === 'gap' ? 0 : acknowledged;
    }
  }

  #next(): { log: Log; batch: JournalRecord[] } | undefined {
    const { rules } = this.#shared;
    for (const log of rules.planTurns(this.#logs, this.#turnOf)) {
      const batch =
        log.delivered >= log.last ? [] : rules.planBatch(log.after(log.delivered), log.delivered, BATCH_BYTES);
      this.#turnOf.set(log.name, ++this.#turns);
      if (batch.length > 0) return { log, batch };
    }
    return undefined;
  }

  #seal(log: Log): void {
    const first = log.open[0]?.sequence ?? 1;
    const segment = { file: `${log.name}.${first}`, life: '1', first };
    log.sealed = [...log.sealed, { facts: factsOf(segment, log.open), records: log.open }];
    log.open = [];
    this.#makeRoom(log);
  }

  #makeRoom(log: Log): void {
    const { rules } = this.#shared;
    const steps = rules.planRoom({
      segments: log.sealed.map(({ facts }) => ({ ...facts, delivered: facts.last <= log.delivered })),
      openBytes: 0,
      bytesMax: JOURNAL_BYTES,
      diskIsLow: false,
    });
    const stepOf = new Map(steps.map((step) => [step.file, step]));
    log.sealed = log.sealed.flatMap((held): Held[] => {
      const step = stepOf.get(held.facts.file);
      if (!step) return [held];
      if (step.act === 'remove') return [];
      const records = withBytes(rules.stripRecords(held.records, { ...step, deliveredTo: log.delivered }));
      return [{ facts: factsOf(held.facts.segment, records), records }];
    });
  }
}
