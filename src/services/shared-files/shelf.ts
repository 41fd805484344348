// Files in etcd, sealed, below a prefix of their own:
//
//   <prefix>/revision                     "<n> <by whom>[ more]": counts publications; compared and raised by each of them
//   <prefix>/files/<path>                 revision of the publication (8 bytes), number of parts (4), and the sealed file where that is 0
//   <prefix>/parts/<path>@<revision>/<i>  parts of one that is too large for a transaction, written before it is named
//   <prefix>/seen/<node>                  up to which publication a node has taken everything over
//
// A publication is one transaction that compares the leadership and the revision before, so that whoever does not control writes
// nothing, and nothing that was sent earlier takes effect late.
import { WorldError } from '#base';
import type { Compare, Etcd, KeyValue, RequestOp, WatchResponse } from '#platform/etcd';
import { type SealKeys, seal, sealedWith, unseal } from '#platform/seal';
import { BATCH_BYTES_MAX, PART_BYTES } from './limits.ts';

/** The key that says who controls, and what it holds while that is us. */
export interface Leadership {
  readonly key: string;
  readonly value: string;
}

export interface Published {
  readonly revision: number;
  /** Which life of which keeper. */
  readonly by: string;
  /** It is one of several that belong together, and not the last. */
  readonly more: boolean;
}

/** A file as it stands in etcd. */
export interface Head {
  readonly revision: number;
  readonly parts: number;
  readonly sealed: Buffer;
}

export interface ShelfState {
  readonly published: Published;
  readonly heads: ReadonlyMap<string, Head>;
  readonly seen: ReadonlyMap<string, number>;
  readonly etcdRevision: number;
}

/** What a watch tells; a file that is gone has no head. */
export interface ShelfChange {
  readonly published?: Published;
  readonly heads: ReadonlyMap<string, Head | undefined>;
  readonly seen: ReadonlyMap<string, number>;
}

/** One file of a publication; without bytes it is gone. */
export interface Change {
  readonly path: string;
  readonly bytes?: Uint8Array;
  /** It may have parts until now. */
  readonly hasParts: boolean;
}

export interface Publication {
  readonly leadership: Leadership;
  readonly last: Published;
  readonly changes: readonly Change[];
  readonly more: boolean;
  readonly keys: SealKeys;
}

export const NOTHING: Published = { revision: 0, by: '', more: false };
/** Whether a file of that many bytes goes in parts. */
export const isLarge = (bytes: number): boolean => bytes > BATCH_BYTES_MAX / 2;
const HEAD_BYTES = 12;
const EQUAL = 0;
const CREATE = 1;
const VALUE = 3;

/** The first key that does not begin with `prefix`, which ends in a slash. */
const after = (prefix: string): Buffer => Buffer.from(`${prefix.slice(0, -1)}0`);

function encodeHead({ revision, parts, sealed }: Head): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeBigUInt64BE(BigInt(revision));
  head.writeUInt32BE(parts, 8);
  return Buffer.concat([head, sealed]);
}

function decodeHead(path: string, value: Buffer): Head {
  if (value.length < HEAD_BYTES)
    throw new WorldError('Corrupt', `${path} in etcd is no shared file`, {
      attempted: 'take files over',
      subject: path,
    });
  return {
    revision: Number(value.readBigUInt64BE(0)),
    parts: value.readUInt32BE(8),
    sealed: Buffer.from(value.subarray(HEAD_BYTES)),
  };
}

const encodePublished = ({ revision, by, more }: Published): Buffer =>
  Buffer.from(`${revision} ${by}${more ? ' more' : ''}`);

function decodePublished(value: Buffer | undefined): Published {
  const [revision, by = '', more] = value?.toString().split(' ') ?? [];
  return revision === undefined ? NOTHING : { revision: Number(revision), by, more: more === 'more' };
}

export class Shelf {
  readonly #client: Etcd;
  readonly #prefix: string;
  readonly #identity: string;

  constructor(client: Etcd, prefix: string, identity: string) {
    this.#client = client;
    this.#prefix = prefix;
    this.#identity = identity;
  }

  /** Everything at one revision of etcd's; linearizable. */
  async read(): Promise<ShelfState> {
    const files = this.#files('');
    const seen = this.#seen('');
    const { header, responses } = await this.#client.txn({
      compare: [],
      success: [
        { request_range: { key: this.#revision() } },
        { request_range: { key: Buffer.from(files), range_end: after(files) } },
        { request_range: { key: Buffer.from(seen), range_end: after(seen) } },
      ],
    });
    const [revision, heads, nodes] = responses.map(({ response_range }) => response_range?.kvs ?? []);
    const below = (prefix: string, { key }: KeyValue): string => key.toString().slice(prefix.length);
    return {
      published: decodePublished(revision?.[0]?.value),
      heads: new Map((heads ?? []).map((kv) => [below(files, kv), decodeHead(below(files, kv), kv.value)])),
      seen: new Map((nodes ?? []).map((kv) => [below(seen, kv), Number(kv.value.toString())])),
      etcdRevision: header.revision,
    };
  }

  /** Follows what changes after a revision of etcd's. */
  watch(from: number, on: { change(change: ShelfChange): void; ended(error: WorldError): void }): { stop(): void } {
    const watch = this.#client.watch({
      key: Buffer.from(`${this.#prefix}/`),
      rangeEnd: after(`${this.#prefix}/`),
      from,
      response: (response) => {
        try {
          on.change(this.#changeIn(response));
        } catch (error) {
          watch.stop();
          on.ended(error instanceof WorldError ? error : new WorldError('Failed', String(error)));
        }
      },
      ended: on.ended,
    });
    return watch;
  }

  /** Errors: WorldError `NotFound`: its key is not here; `Corrupt`; `Unavailable`: its parts are gone, so there is a newer one. */
  async open(keys: SealKeys, path: string, head: Head): Promise<{ bytes: Uint8Array; sealedBy: number }> {
    let { sealed } = head;
    if (head.parts > 0) {
      const prefix = this.#parts(path, head.revision);
      const { kvs } = await this.#client.range({ key: Buffer.from(prefix), range_end: after(prefix) });
      if (kvs.length !== head.parts)
        throw new WorldError('Unavailable', `${path} in etcd was replaced meanwhile`, { subject: path });
      sealed = Buffer.concat(kvs.map(({ value }) => value));
    }
    const bytes = unseal(keys, sealed, this.#belongsTo(path, head.revision));
    return { bytes, sealedBy: sealedWith(sealed) ?? 0 };
  }

  /**
   * Publishes changes as the next revision, all or none. `not ours`: the leadership is another's. `overtaken`: somebody has published
   * since `last`, or an earlier call took effect after all.
   */
  async publish(of: Publication): Promise<Published | 'not ours' | 'overtaken'> {
    const { leadership, last, more, keys } = of;
    const next: Published = { revision: last.revision + 1, by: this.#identity, more };
    const compare = this.#guards(leadership, last);
    const ops: RequestOp[] = [];
    for (const { path, bytes, hasParts } of of.changes) {
      const key = Buffer.from(this.#files(path));
      const sealed = bytes && Buffer.from(seal(keys, bytes, this.#belongsTo(path, next.revision)));
      const inParts = isLarge(bytes?.length ?? 0);
      const parts = sealed && inParts ? this.#partsOf(path, next.revision, sealed) : [];
      for (const success of parts)
        if (!(await this.#client.txn({ compare, success })).succeeded) return this.#whyNot(leadership);
      const { revision } = next;
      const large: Head = { revision, parts: parts.length - 1, sealed: Buffer.alloc(0) };
      if (!sealed) ops.push({ request_delete_range: { key } });
      else ops.push({ request_put: { key, value: encodeHead(inParts ? large : { revision, parts: 0, sealed }) } });
      if (inParts || hasParts) ops.push(...this.#withoutParts(path, revision));
    }
    ops.push({ request_put: { key: this.#revision(), value: encodePublished(next) } });
    const { succeeded } = await this.#client.txn({ compare, success: ops });
    return succeeded ? next : this.#whyNot(leadership);
  }

  /** Says up to where a node has taken everything over. */
  async see(node: string, revision: number): Promise<void> {
    const put = { request_put: { key: Buffer.from(this.#seen(node)), value: Buffer.from(String(revision)) } };
    await this.#client.txn({ compare: [], success: [put] });
  }

  #changeIn({ events }: WatchResponse): ShelfChange {
    const heads = new Map<string, Head | undefined>();
    const seen = new Map<string, number>();
    let published: Published | undefined;
    for (const { type, kv } of events) {
      const key = kv.key.toString();
      const below = (prefix: string): string | undefined =>
        key.startsWith(prefix) ? key.slice(prefix.length) : undefined;
      const path = below(this.#files(''));
      const node = below(this.#seen(''));
      if (path !== undefined) heads.set(path, type === 0 ? decodeHead(path, kv.value) : undefined);
      else if (node !== undefined && type === 0) seen.set(node, Number(kv.value.toString()));
      else if (kv.key.equals(this.#revision()) && type === 0) published = decodePublished(kv.value);
    }
    return { heads, seen, ...(published && { published }) };
  }

  async #whyNot({ key, value }: Leadership): Promise<'not ours' | 'overtaken'> {
    const { kvs } = await this.#client.range({ key: Buffer.from(key) });
    return kvs[0]?.value.toString() === value ? 'overtaken' : 'not ours';
  }

  #guards({ key, value }: Leadership, last: Published): Compare[] {
    return [
      { result: EQUAL, target: VALUE, key: Buffer.from(key), value: Buffer.from(value) },
      last.revision === 0
        ? { result: EQUAL, target: CREATE, key: this.#revision(), create_revision: 0 }
        : { result: EQUAL, target: VALUE, key: this.#revision(), value: encodePublished(last) },
    ];
  }

  /** A transaction each; the first takes away what an earlier try may have left. */
  #partsOf(path: string, revision: number, sealed: Buffer): RequestOp[][] {
    const prefix = this.#parts(path, revision);
    const puts = Array.from({ length: Math.ceil(sealed.length / PART_BYTES) }, (_, i) => [
      {
        request_put: {
          key: Buffer.from(`${prefix}${String(i).padStart(6, '0')}`),
          value: sealed.subarray(i * PART_BYTES, (i + 1) * PART_BYTES),
        },
      },
    ]);
    return [[{ request_delete_range: { key: Buffer.from(prefix), range_end: after(prefix) } }], ...puts];
  }

  /** All parts of a file but those of one revision: of the one before, and of tries that came to no end. */
  #withoutParts(path: string, revision: number): RequestOp[] {
    const all = `${this.#prefix}/parts/${path}@`;
    const kept = this.#parts(path, revision);
    return [
      { request_delete_range: { key: Buffer.from(all), range_end: Buffer.from(kept) } },
      { request_delete_range: { key: after(kept), range_end: Buffer.from(`${all.slice(0, -1)}A`) } },
    ];
  }

  #revision(): Buffer {
    return Buffer.from(`${this.#prefix}/revision`);
  }

  #files(path: string): string {
    return `${this.#prefix}/files/${path}`;
  }

  #parts(path: string, revision: number): string {
    return `${this.#prefix}/parts/${path}@${revision}/`;
  }

  #seen(node: string): string {
    return `${this.#prefix}/seen/${node}`;
  }

  #belongsTo(path: string, revision: number): string {
    return `${this.#files(path)}@${revision}`;
  }
}
