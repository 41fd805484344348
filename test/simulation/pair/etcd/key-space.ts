// What etcd's members agree on, as a function of the log that they agree on: keys with all their versions, leases, and what each entry
// changed. All members share it; each has carried out a beginning of the log, and shows the revision that this led to.
// Source: etcd API reference v3.4.
import { assert } from '#base';
import type {
  Compare,
  KeyValue,
  RangeRequest,
  RangeResponse,
  RequestOp,
  TxnRequest,
  TxnResponse,
} from '#platform/etcd';

export type Operation =
  /** The beginning of a term. */
  | { readonly kind: 'term' }
  | { readonly kind: 'txn'; readonly request: TxnRequest }
  | { readonly kind: 'grant'; readonly lease: number; readonly ttlMs: number }
  | { readonly kind: 'revoke'; readonly lease: number }
  | { readonly kind: 'compact'; readonly revision: number };

export type Applied =
  | { readonly kind: 'done'; readonly txn?: TxnResponse }
  | { readonly kind: 'refused'; readonly why: string };

interface Version {
  readonly revision: number;
  readonly pair: KeyValue | undefined;
}

export interface Change {
  readonly revision: number;
  readonly key: string;
  readonly type: 0 | 1;
  readonly kv: KeyValue;
}

interface Lease {
  readonly ttlMs: number;
  readonly keys: Set<string>;
  readonly fromIndex: number;
  toIndex: number;
}

const name = (key: Uint8Array): string => Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
const EQUAL = 0;

export class KeySpace {
  /** After so many entries: what the last one did, and which revision there is. */
  readonly applied: { readonly answer: Applied; readonly revision: number; readonly compacted: number }[] = [];
  readonly changes: Change[] = [];
  readonly leases = new Map<number, Lease>();
  readonly #versions = new Map<string, Version[]>();
  readonly #keys: string[] = [];
  readonly #leaseOf = new Map<string, number>();
  #revision = 1;
  #compacted = 0;

  revisionAt(index: number): number {
    return this.applied[index - 1]?.revision ?? 1;
  }

  compactedAt(index: number): number {
    return this.applied[index - 1]?.compacted ?? 0;
  }

  /** Whether a lease is there for a member that has carried out so many entries. */
  hasLease(lease: number, index: number): boolean {
    const found = this.leases.get(lease);
    return found !== undefined && found.fromIndex <= index && index < found.toIndex;
  }

  /** Carries out the next entry of the log. */
  apply(operation: Operation, term: number): void {
    const answer = this.#do(operation, term);
    this.applied.push({ answer, revision: this.#revision, compacted: this.#compacted });
  }

  #do(operation: Operation, term: number): Applied {
    const index = this.applied.length + 1;
    switch (operation.kind) {
      case 'term':
        return { kind: 'done' };
      case 'txn':
        return this.#transact(operation.request, term);
      case 'grant':
        if (this.leases.has(operation.lease)) return { kind: 'refused', why: 'lease already exists' };
        this.leases.set(operation.lease, {
          ttlMs: Math.max(1_000, Math.ceil(operation.ttlMs / 1_000) * 1_000),
          keys: new Set(),
          fromIndex: index,
          toIndex: Number.POSITIVE_INFINITY,
        });
        return { kind: 'done' };
      case 'revoke':
        return this.#revoke(operation.lease, index);
      case 'compact':
        if (operation.revision <= this.#compacted)
          return { kind: 'refused', why: 'required revision has been compacted' };
        if (operation.revision > this.#revision)
          return { kind: 'refused', why: 'required revision is a future revision' };
        this.#compacted = operation.revision;
        return { kind: 'done' };
    }
  }

  #revoke(lease: number, index: number): Applied {
    const found = this.leases.get(lease);
    if (found === undefined || found.toIndex <= index) return { kind: 'refused', why: 'requested lease not found' };
    found.toIndex = index;
    const keys = [...found.keys].sort();
    if (keys.length > 0) this.#revision++;
    for (const key of keys) this.#put(key, undefined);
    return { kind: 'done' };
  }

  #transact({ compare, success, failure }: TxnRequest, term: number): Applied {
    const succeeded = compare.every((one) => this.#holds(one));
    const ops = succeeded ? success : (failure ?? []);
    for (const op of ops) {
      const lease = 'request_put' in op ? op.request_put.lease : undefined;
      if (lease !== undefined && !this.hasLease(lease, this.applied.length))
        return { kind: 'refused', why: 'requested lease not found' };
    }
    if (ops.some((op) => 'request_put' in op || this.#deletes(op).length > 0)) this.#revision++;
    const responses = ops.map((op) => this.#carryOut(op, term));
    return { kind: 'done', txn: { header: { revision: this.#revision, raft_term: term }, succeeded, responses } };
  }

  #holds({ result, target, key, ...of }: Compare): boolean {
    assert(result === EQUAL, 'only equality is compared');
    const pair = this.#pairAt(name(key), this.#revision);
    if (target === 1) return (pair?.create_revision ?? 0) === of.create_revision;
    if (target === 2) return (pair?.mod_revision ?? 0) === of.mod_revision;
    assert(target === 3 && of.value !== undefined, 'creation, change or value is compared');
    return pair?.value.equals(of.value) === true;
  }

  #carryOut(op: RequestOp, term: number): TxnResponse['responses'][number] {
    if ('request_range' in op) return { response_range: this.rangeAt(op.request_range, this.#revision, term) };
    if ('request_put' in op) {
      const { key, value, lease } = op.request_put;
      const before = this.#pairAt(name(key), this.#revision);
      const pair = {
        key: Buffer.from(key),
        value: Buffer.from(value),
        create_revision: before?.create_revision ?? this.#revision,
        mod_revision: this.#revision,
      };
      this.#put(name(key), pair, lease);
      return {};
    }
    for (const key of this.#deletes(op)) this.#put(key, undefined);
    return {};
  }

  #deletes(op: RequestOp): string[] {
    if (!('request_delete_range' in op)) return [];
    return this.#keysOf(op.request_delete_range).filter((key) => this.#pairAt(key, this.#revision) !== undefined);
  }

  #put(key: string, pair: KeyValue | undefined, lease?: number): void {
    const revision = this.#revision;
    const held = this.#leaseOf.get(key);
    if (held !== undefined) this.leases.get(held)?.keys.delete(key);
    this.#leaseOf.delete(key);
    if (lease !== undefined) {
      this.#leaseOf.set(key, lease);
      this.leases.get(lease)?.keys.add(key);
    }
    let versions = this.#versions.get(key);
    if (versions === undefined) {
      versions = [];
      this.#versions.set(key, versions);
      this.#keys.splice(this.#find(key), 0, key);
    }
    versions.push({ revision, pair });
    const gone = {
      key: Buffer.from(key, 'latin1'),
      value: Buffer.alloc(0),
      create_revision: 0,
      mod_revision: revision,
    };
    this.changes.push({ revision, key, type: pair ? 0 : 1, kv: pair ?? gone });
  }

  #pairAt(key: string, revision: number): KeyValue | undefined {
    const versions = this.#versions.get(key);
    if (versions === undefined) return undefined;
    for (let at = versions.length - 1; at >= 0; at--) {
      const version = versions[at] as Version;
      if (version.revision <= revision) return version.pair;
    }
    return undefined;
  }

  rangeAt(request: RangeRequest, revision: number, term: number): RangeResponse {
    const kvs: KeyValue[] = [];
    let more = false;
    for (const key of this.#keysOf(request)) {
      const pair = this.#pairAt(key, revision);
      if (pair === undefined) continue;
      more = request.limit !== undefined && request.limit > 0 && kvs.length === request.limit;
      if (more) break;
      kvs.push(pair);
    }
    return { header: { revision, raft_term: term }, kvs, more };
  }

  /** The first change of at least this revision. */
  changeFrom(revision: number): number {
    let low = 0;
    let high = this.changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.changes[middle] as Change).revision < revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #keysOf({ key, range_end }: { readonly key: Uint8Array; readonly range_end?: Uint8Array }): readonly string[] {
    const from = name(key);
    if (range_end === undefined) return this.#versions.has(from) ? [from] : [];
    return this.#keys.slice(this.#find(from), this.#find(name(range_end)));
  }

  #find(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
