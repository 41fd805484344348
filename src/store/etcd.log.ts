// The store's log in etcd: how records stand in keys, and the guards of each transaction.
import { assert, WorldError } from '#base';
import type { Clock } from '#platform/clock';
import type { Compare, Etcd, RequestOp, WatchResponse } from '#platform/etcd';
import type { Revision } from './contract.ts';
import { decodeMark, encodeMark, type LogMark, type LogMarking } from './core/log-mark.ts';
import type { LogChunk, LogFollower, LogRecord, StoreLog } from './core/store-log.ts';
import { decodeRecord, encodeRecord, recordKey } from './etcd.record.ts';
import { EtcdRoom } from './etcd.room.ts';

export interface EtcdLogOptions {
  /** Where the store's keys stand, e.g. "/holdfast/clusters/device". */
  readonly prefix: string;
  /** The key that says who leads, and what it holds while that is us. */
  readonly leader?: { readonly key: string; readonly value: string };
  readonly identity: string;
  /** Puts are refused from here on; the way to etcd's own quota is the room for deletes and compaction. */
  readonly quotaBytes?: number;
  disk?(full: boolean): void;
  readonly clock?: Clock;
}

const PAGE_RECORDS = 1000;
const EQUAL = 0;
const GREATER = 1;
const CREATE = 1;
const MOD = 2;
const VALUE = 3;

export class EtcdLog implements StoreLog {
  readonly #client: Etcd;
  readonly #options: EtcdLogOptions;
  readonly #room: EtcdRoom;
  readonly #writerKey: Buffer;
  readonly #floorKey: Buffer;
  readonly #markKey: Buffer;
  readonly #logStart: Buffer;
  readonly #logEnd: Buffer;
  /** The mark of the claim in force; undefined while somebody else writes. */
  #mark: Buffer | undefined;
  #claims = 0;

  constructor(client: Etcd, options: EtcdLogOptions) {
    this.#client = client;
    this.#options = options;
    const touch: RequestOp = { request_put: { key: Buffer.from(`${options.prefix}/room`), value: Buffer.alloc(0) } };
    this.#room = new EtcdRoom(client, {
      quotaBytes: options.quotaBytes,
      disk: options.disk,
      clock: options.clock,
      touch: () => this.#commit([touch]),
    });
    this.#writerKey = Buffer.from(`${options.prefix}/writer`);
    this.#floorKey = Buffer.from(`${options.prefix}/floor`);
    this.#markKey = Buffer.from(`${options.prefix}/mark`);
    this.#logStart = Buffer.from(`${options.prefix}/log/`);
    this.#logEnd = Buffer.from(`${options.prefix}/log0`);
  }

  get diskFull(): boolean {
    return this.#room.full;
  }

  bytes(): number {
    return this.#room.bytes;
  }

  /** A majority vouches that the claim is still in force. WorldError `Unavailable`: it is not, or nobody vouches. */
  async ping(): Promise<void> {
    const { kvs } = await this.#client.range({ key: this.#writerKey });
    if (this.#mark === undefined || !kvs[0]?.value.equals(this.#mark)) throw this.#notOurs('another claimed it');
  }

  async claim(): Promise<void> {
    const { kvs } = await this.#client.range({ key: this.#writerKey });
    const before = kvs[0];
    const own = `${this.#options.identity}/`;
    if (this.#mark !== undefined && !before?.value.toString().startsWith(own))
      throw this.#notOurs('another claimed it');
    const mark = Buffer.from(`${own}${++this.#claims}`);
    const { succeeded, responses } = await this.#client.txn({
      compare: [
        ...this.#leaderGuard(),
        { result: EQUAL, target: MOD, key: this.#writerKey, mod_revision: before?.mod_revision ?? 0 },
      ],
      success: [{ request_put: { key: this.#writerKey, value: mark } }],
      failure: [{ request_range: { key: this.#leaderKey() } }],
    });
    if (!succeeded) {
      const leader = responses[0]?.response_range?.kvs[0]?.value.toString();
      if (this.#options.leader !== undefined && leader !== this.#options.leader.value)
        throw this.#notOurs(`the leadership key holds ${leader ?? 'nothing'}`);
      throw new WorldError('Unavailable', 'the claim of the log crossed another; it is tried again');
    }
    this.#mark = mark;
    await this.#room.measure();
  }

  async read(after: Revision, visit: (chunk: LogChunk) => void): Promise<void> {
    await this.#readFrom(after, visit);
  }

  async append(records: readonly LogRecord[]): Promise<void> {
    let bytes = 0;
    const ops = records.map((record): RequestOp => {
      const value = encodeRecord(record);
      bytes += value.length;
      return { request_put: { key: this.#keyOf(record.revision), value } };
    });
    try {
      await this.#commit(ops);
    } catch (error) {
      // etcd may say that it has no room after it has written. That is not an answer.
      if (!(error instanceof WorldError && error.code === 'Unavailable' && error.details.attempted === 'guard'))
        throw new WorldError('Failed', 'etcd did not say whether the log was written', { cause: error });
      throw error;
    }
    this.#room.wrote(bytes);
  }

  async readPage(after: Revision): Promise<{ records: LogRecord[]; isLast: boolean }> {
    const range = { key: this.#keyOf(after + 1), range_end: this.#logEnd, limit: PAGE_RECORDS };
    const { kvs, more } = await this.#client.range(range);
    return { records: kvs.map((pair) => decodeRecord(this.#revisionOf(pair.key), pair.value)), isLast: !more };
  }

  async rewrite(records: readonly LogRecord[]): Promise<void> {
    const keys = records.map(({ revision }) => this.#keyOf(revision));
    // Never makes a record that was dropped: also not when it arrives late.
    const there = keys.map((key): Compare => ({ result: GREATER, target: CREATE, key, create_revision: 0 }));
    const values = records.map(encodeRecord);
    const ops = keys.map((key, i): RequestOp => ({ request_put: { key, value: values[i] ?? Buffer.alloc(0) } }));
    const { succeeded } = await this.#client.txn({ compare: [...this.#guards(), ...there], success: ops });
    if (!succeeded) {
      // Tells whether the guards hold.
      await this.#commit([]);
      throw new WorldError('Conflict', 'a record is not there any more', { attempted: 'seal records anew' });
    }
    this.#room.wrote(values.reduce((sum, { length }) => sum + length, 0));
  }

  async drop(revisions: readonly Revision[], floor: Revision): Promise<void> {
    const floorOp: RequestOp = { request_put: { key: this.#floorKey, value: Buffer.from(String(floor)) } };
    // The floor goes first, alone: whoever sees records missing also sees why.
    let { header } = await this.#commit([floorOp]);
    const ops = revisions.map((revision): RequestOp => ({ request_delete_range: { key: this.#keyOf(revision) } }));
    if (ops.length > 0) header = (await this.#commit(ops)).header;
    await this.#room.compact(header.revision);
  }

  follow(after: Revision, follower: LogFollower): { stop(): void } {
    let watch: { stop(): void } | undefined;
    let stopped = false;
    let floor: Revision = 0;
    const start = async (): Promise<void> => {
      const revision = await this.#readFrom(after, (chunk) => {
        floor = chunk.floor;
        if (!stopped) follower.chunk(chunk);
      });
      if (stopped) return;
      watch = this.#client.watch({
        key: Buffer.from(`${this.#options.prefix}/`),
        rangeEnd: Buffer.from(`${this.#options.prefix}0`),
        from: revision + 1,
        response: (response) => {
          for (const chunk of this.#chunksOf(response, floor)) {
            floor = chunk.floor;
            if (!stopped) follower.chunk(chunk);
          }
        },
        ended: (error) => follower.lost(error.message),
      });
    };
    start().catch((error: unknown) => {
      if (!stopped) follower.lost(String(error));
    });
    return {
      stop: () => {
        stopped = true;
        watch?.stop();
      },
    };
  }

  get marking(): LogMarking {
    const put = (key: Uint8Array, value: string): RequestOp => ({ request_put: { key, value: Buffer.from(value) } });
    return {
      read: async () => {
        const { kvs } = await this.#client.range({ key: this.#markKey });
        return kvs[0] && decodeMark(kvs[0].value.toString());
      },
      write: async (mark: LogMark) => {
        const ops = [put(this.#markKey, encodeMark(mark))];
        // Nothing that was sent to a log that is left takes effect after the mark.
        if (mark.kind === 'moved') ops.push(put(this.#writerKey, `${this.#options.identity}/left`));
        await this.#commit(ops);
      },
      clear: async () => {
        const log: RequestOp = { request_delete_range: { key: this.#logStart, range_end: this.#logEnd } };
        await this.#commit([log, { request_delete_range: { key: this.#floorKey } }]);
      },
    };
  }

  async close(): Promise<void> {
    this.#room.close();
    this.#client.close();
  }

  /** Reads floor and log at one revision of etcd's, which it returns. */
  async #readFrom(after: Revision, visit: (chunk: LogChunk) => void): Promise<number> {
    const from = this.#keyOf(after + 1);
    const first = await this.#client.txn({
      compare: [],
      success: [
        { request_range: { key: this.#floorKey } },
        { request_range: { key: from, range_end: this.#logEnd, limit: PAGE_RECORDS } },
      ],
    });
    const [floors, records] = first.responses.map((response) => response.response_range);
    assert(floors !== undefined && records !== undefined, 'etcd answers both ranges');
    const floor = Number(floors.kvs[0]?.value.toString() ?? 0);
    const { revision } = first.header;
    for (let page = records; ; ) {
      visit({ floor, records: page.kvs.map((pair) => decodeRecord(this.#revisionOf(pair.key), pair.value)) });
      const last = page.kvs.at(-1);
      if (!page.more || last === undefined) return revision;
      const next = Buffer.concat([last.key, Buffer.of(0)]);
      page = await this.#client.range({ key: next, range_end: this.#logEnd, limit: PAGE_RECORDS, revision });
    }
  }

  /** Records up to each change of the floor, then the new floor; and which are gone. */
  *#chunksOf(response: WatchResponse, before: Revision): Iterable<LogChunk> {
    let floor = before;
    let records: LogRecord[] = [];
    const dropped: Revision[] = [];
    for (const { type, kv } of response.events) {
      const isRecord = kv.key.subarray(0, this.#logStart.length).equals(this.#logStart);
      if (isRecord && type === 0) records.push(decodeRecord(this.#revisionOf(kv.key), kv.value));
      else if (isRecord) dropped.push(this.#revisionOf(kv.key));
      else if (type === 0 && kv.key.equals(this.#floorKey)) {
        yield { floor, records };
        records = [];
        floor = Number(kv.value.toString());
      }
    }
    yield { floor, records, dropped };
  }

  async #commit(ops: readonly RequestOp[]): Promise<{ header: { revision: number } }> {
    const answer = await this.#client.txn({ compare: this.#guards(), success: ops });
    if (answer.succeeded) return answer;
    this.#mark = undefined;
    throw new WorldError('Unavailable', 'this node does not lead any more; another may write', { attempted: 'guard' });
  }

  #notOurs(why: string): WorldError {
    this.#mark = undefined;
    return new WorldError('Unavailable', `the log is not ours: ${why}`, {
      attempted: 'claim',
      subject: this.#options.prefix,
    });
  }

  #guards(): Compare[] {
    const mark = this.#mark;
    if (mark === undefined) throw this.#notOurs('it was not claimed');
    return [{ result: EQUAL, target: VALUE, key: this.#writerKey, value: mark }, ...this.#leaderGuard()];
  }

  #leaderKey(): Buffer {
    return this.#options.leader === undefined ? this.#writerKey : Buffer.from(this.#options.leader.key);
  }

  #leaderGuard(): Compare[] {
    const { leader } = this.#options;
    if (leader === undefined) return [];
    return [{ result: EQUAL, target: VALUE, key: this.#leaderKey(), value: Buffer.from(leader.value) }];
  }

  #keyOf(revision: Revision): Buffer {
    return Buffer.from(recordKey(this.#options.prefix, revision));
  }

  #revisionOf(key: Buffer): Revision {
    return Number.parseInt(key.toString('latin1', this.#logStart.length), 16);
  }
}
