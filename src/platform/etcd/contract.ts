// What is asked of etcd here, whoever answers: real members over gRPC, or those of a simulation.
import type { WorldError } from '#base';
import type {
  RangeRequest,
  RangeResponse,
  StatusResponse,
  TxnRequest,
  TxnResponse,
  WatchResponse,
} from './messages.ts';

export interface EtcdTls {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
  /** A name that every member's certificate carries; endpoints are addresses, which are no names for TLS (RFC 6066 section 3). */
  readonly serverName: string;
}

export interface EtcdOptions {
  /** "host:port", the nearest first. */
  readonly endpoints: readonly string[];
  /** PEM texts; without it the connection is plain. As a function it is asked again when a member was not reached, and connections are made
   * anew when it has changed: so certificates are replaced under whoever holds a client for years. */
  readonly tls?: EtcdTls | (() => EtcdTls);
  readonly timeoutMs?: number;
  /** Another way to etcd than gRPC. */
  connect?(options: EtcdOptions): Etcd;
}

export interface EtcdWatch {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  /** etcd's revision of the first change wanted. */
  readonly from: number;
  response(response: WatchResponse): void;
  /** The stream ended; called once, not after `stop`. */
  ended(error: WorldError): void;
}

/** What a member says of a renewal. */
export interface Renewed {
  /** For how long the lease holds from the sending on. */
  readonly ttlMs: number;
  /** Of the newest write that the member had carried out before it renewed. A leader that was replaced and does not know it yet says
   * an old one, and its word is worth nothing. */
  readonly term: number;
}

/** A stream on which one lease is renewed, a question and its answer at a time. */
export interface KeepAlive {
  /** Errors: WorldError `NotFound` (it has ended), `Unavailable` (another stream is needed). */
  renew(): Promise<Renewed>;
  /** No answer came in time: the next stream goes to another member. */
  giveUp(): void;
  close(): void;
}

/** A call goes to the member that answered last; one that cannot be reached passes the turn on. It is never sent twice: whether a
 * call that failed was carried out is for the caller to find out. */
export interface Etcd {
  range(request: RangeRequest): Promise<RangeResponse>;
  txn(request: TxnRequest): Promise<TxnResponse>;
  compact(revision: number): Promise<void>;
  status(): Promise<StatusResponse>;
  /** A lease with an id of the caller's choice (1 to 2^53 - 1, free). `ttlMs` as granted: whole seconds, not fewer than asked for.
   * Errors: WorldError `Unavailable`. */
  grant(lease: number, ttlMs: number): Promise<{ readonly ttlMs: number }>;
  /** Ends a lease, and with it the keys that it holds. */
  revoke(lease: number): Promise<void>;
  /** No write of etcd's comes of it. */
  keepAlive(lease: number): KeepAlive;
  watch(watch: EtcdWatch): { stop(): void };
  close(): void;
}
