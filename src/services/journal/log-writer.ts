// The one writer of a process's log: gives numbers, appends, begins new segments and new lives, makes room.
import type { JournalKind, JournalRecord } from '#model/link';
import type { Clock } from '#platform/clock';
import { rfc3339 } from '#platform/clock';
import { type AppendFile, fileIdentity, openAppendFile } from '#platform/disk';
import type { Log } from '#platform/log';
import { droppedRecord } from './dropped.ts';
import type { Body } from './fit-body.ts';
import { beginLife, openBytes, openLife } from './life.ts';
import { SEGMENT_BYTES_MAX } from './limits.ts';
import { makeRoom } from './make-room.ts';
import type { JournalNotice } from './notice.ts';
import { type KnownPositions, readPositions, streamOf } from './positions.ts';
import { type KeptRecord, recordLine } from './record-line.ts';
import { type Segment, segmentFile, segmentsIn } from './segment-names.ts';
import { factsOf, type HeldFacts, readSegment } from './segments.ts';

export interface NewRecord {
  readonly kind: JournalKind;
  readonly at: string;
  readonly body: Body;
}

interface WriterOptions {
  readonly folder: string;
  readonly process: string;
  readonly positionsFile: string;
  readonly clock: Clock;
  readonly log: Log;
  bytesMax(): number;
  told(notice: JournalNotice): void;
  random(): string;
  freeBytes(folder: string): number;
}

interface OpenLog {
  life: string;
  segment: Segment;
  file: AppendFile;
  sealed: readonly HeldFacts[];
}

export class LogWriter {
  readonly #options: WriterOptions;
  #log: OpenLog | undefined;
  #next = 1;
  /** Numbers from here on were given to records that the disk did not take. */
  #lostFrom: number | undefined;
  readonly #lost = new Map<JournalKind, number>();
  #positions: KnownPositions = { positions: {}, ahead: [] };
  #positionsSeen: string | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** A record that is not there: counted, and told with the next one that is. */
  lost(kind: JournalKind): void {
    this.#lost.set(kind, (this.#lost.get(kind) ?? 0) + 1);
    this.#lostFrom ??= this.#next;
  }

  /** Appends in this order; tells how many were taken, and why not all. Numbers of the others are used up all the same, since
   * whoever reads along may have seen some of them. Never rejects. */
  async write(records: readonly NewRecord[]): Promise<{ taken: number; error?: unknown }> {
    let taken = 0;
    try {
      const log = await this.#opened();
      while (taken < records.length) taken += await this.#writeSome(log, records.slice(taken));
      return { taken };
    } catch (error) {
      return { taken, error };
    }
  }

  /** Appends what fits into one segment, at least one; answers how many. */
  async #writeSome(log: OpenLog, records: readonly NewRecord[]): Promise<number> {
    if (log.file.bytes >= SEGMENT_BYTES_MAX) await this.#roll(log);
    const first = this.#next;
    const telling = this.#lostFrom;
    const lines = telling === undefined ? [] : [recordLine(this.#lostRecord(telling))];
    let count = 0;
    for (let bytes = log.file.bytes; count < records.length && bytes < SEGMENT_BYTES_MAX; count++) {
      const { kind, at, body } = records[count] as NewRecord;
      const line = recordLine({ sequence: this.#next++, at, kind, body });
      bytes += line.length;
      lines.push(line);
    }
    try {
      await log.file.append(lines.join(''));
    } catch (error) {
      this.#lostFrom ??= first;
      throw error;
    }
    if (telling !== undefined) {
      this.#lostFrom = undefined;
      this.#lost.clear();
    }
    return count;
  }

  async #opened(): Promise<OpenLog> {
    this.#log ??= await this.#open();
    return this.#log;
  }

  #lostRecord(from: number): JournalRecord {
    const at = rfc3339(this.#options.clock.now());
    const counts = Object.fromEntries(this.#lost);
    return droppedRecord({ from, to: this.#next++, at, counts, reason: 'not-taken' });
  }

  /** Rejects when it is not known what of the log is on the disk: then its life is over. */
  async sync(): Promise<void> {
    const log = this.#log;
    if (!log) return;
    try {
      await log.file.sync();
    } catch (error) {
      await this.#begin(log).catch(() => {
        this.#log = undefined;
      });
      throw error;
    }
  }

  /** Takes up what the hub has told, and makes room. Never rejects. */
  async look(): Promise<void> {
    try {
      const log = await this.#opened();
      this.#readPositions();
      if (this.#positions.ahead.includes(streamOf(this.#options.process, log.life))) await this.#fork(log);
      this.#makeRoom(log);
    } catch (error) {
      this.#options.log.warn('the journal could not be looked after', { error });
    }
  }

  async close(): Promise<void> {
    await this.#log?.file.close().catch((error) => this.#options.log.warn('the journal was not closed', { error }));
    this.#log = undefined;
  }

  async #open(): Promise<OpenLog> {
    const { folder, random, told } = this.#options;
    const opened = openLife(folder, random);
    const file = await openAppendFile(opened.segment.file, openBytes(opened.segment));
    this.#next = opened.next;
    if (this.#lost.size > 0) this.#lostFrom = this.#next;
    const { damagedBytes, tornBytes } = opened;
    if (damagedBytes + tornBytes > 0)
      told({
        reason: 'JournalRepaired',
        message: `${damagedBytes} bytes inside the journal and ${tornBytes} at its end could not be read; they are set aside in ${folder}, everything else is delivered`,
      });
    this.#readPositions();
    return { life: opened.life, segment: opened.segment, file, sealed: opened.sealed };
  }

  #readPositions(): void {
    const seen = fileIdentity(this.#options.positionsFile);
    if (seen === this.#positionsSeen) return;
    this.#positionsSeen = seen;
    this.#positions = readPositions(this.#options.positionsFile);
  }

  async #roll(log: OpenLog): Promise<void> {
    const segment = {
      ...log.segment,
      file: segmentFile(this.#options.folder, log.life, this.#next),
      first: this.#next,
    };
    await log.file.sync();
    await this.#go(log, { life: log.life, segment });
    this.#makeRoom(log);
  }

  /** A new life for what comes from now on. */
  async #begin(log: OpenLog): Promise<void> {
    const { folder, random } = this.#options;
    await this.#go(log, beginLife(folder, random()));
    this.#next = 1;
    if (this.#lostFrom !== undefined) this.#lostFrom = 1;
  }

  async #go(log: OpenLog, { life, segment }: { life: string; segment: Segment }): Promise<void> {
    const file = await openAppendFile(segment.file, 0);
    const before = log.file;
    log.sealed = [...log.sealed, factsOf(log.segment, readSegment(log.segment).records)];
    Object.assign(log, { life, segment, file });
    await before.close();
  }

  /** The hub has more of this life than there is: what it was not known to have is told again under another. */
  async #fork(log: OpenLog): Promise<void> {
    const { folder, process, told } = this.#options;
    const { life } = log;
    const known = this.#positions.positions[streamOf(process, life)] ?? 0;
    const again = segmentsIn(folder)
      .filter((segment) => segment.life === life)
      .flatMap((segment) => readSegment(segment).records)
      .filter(({ sequence, kind }) => sequence > known && kind !== 'dropped');
    await this.#begin(log);
    const { error } = await this.write(again as readonly (KeptRecord & NewRecord)[]);
    if (error !== undefined) throw error;
    await log.file.sync();
    told({
      reason: 'JournalForked',
      message: `the hub has more of this journal than there is here: a copy was put back; ${again.length} records are told again`,
    });
  }

  #makeRoom(log: OpenLog): void {
    const { folder, process, told, freeBytes } = this.#options;
    const bytesMax = this.#options.bytesMax();
    const { positions } = this.#positions;
    const freeDiskBytes = freeBytes(folder);
    const of = { process, sealed: log.sealed, openBytes: log.file.bytes, bytesMax, positions, freeDiskBytes };
    const { sealed, dropped } = makeRoom(of);
    log.sealed = sealed;
    if (dropped)
      told({
        reason: 'JournalDropped',
        message: `the journal of ${process} is larger than its bound of ${bytesMax} bytes: the oldest records that may go were dropped and counted`,
      });
  }
}
