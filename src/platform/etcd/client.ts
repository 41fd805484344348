// A thin etcd client: the calls a store needs, with a deadline each, over one channel an endpoint.
// A call goes to the endpoint that answered last; one that cannot be reached passes the turn on. It is never sent twice:
// whether a call that failed was carried out is for the caller to find out.
import { type Client, type ClientDuplexStream, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { assert, WorldError } from '#base';
import type { Etcd, EtcdOptions, EtcdTls, EtcdWatch, KeepAlive } from './contract.ts';
import { RenewalStream } from './keep-alive.ts';
import type {
  EtcdMemberFacts,
  LeaseGrantResponse,
  LeaseKeepAliveResponse,
  MemberListResponse,
  RangeRequest,
  RangeResponse,
  StatusResponse,
  TxnRequest,
  TxnResponse,
  WatchResponse,
} from './messages.ts';
import { etcdServices } from './rpc.ts';

const TIMEOUT_MS = 5_000;
const CHANNEL = {
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 500,
  'grpc.keepalive_time_ms': 5_000,
  'grpc.keepalive_timeout_ms': 3_000,
  'grpc.max_receive_message_length': -1,
  'grpc.use_local_subchannel_pool': 1,
};

interface Endpoint {
  readonly name: string;
  readonly kv: Client;
  readonly watch: Client;
  readonly lease: Client;
  readonly cluster: Client;
  readonly maintenance: Client;
}

type Unary = (
  request: unknown,
  options: { deadline: number },
  done: (error: ServiceError | null, answer: unknown) => void,
) => void;
type Stream<T> = (metadata: Metadata) => ClientDuplexStream<unknown, T>;

function errorOf(error: ServiceError, attempted: string, subject: string): WorldError {
  const space = error.code === status.RESOURCE_EXHAUSTED && error.details.includes('space exceeded');
  return new WorldError(space ? 'Exhausted' : 'Unavailable', `etcd ${subject}: ${attempted}: ${error.details}`, {
    attempted,
    subject,
    cause: error,
  });
}

function endpointOf(name: string, tls: EtcdTls | undefined): Endpoint {
  const { KV, Watch, Lease, Cluster, Maintenance } = etcdServices();
  const pem = (text: string | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text));
  const channel = { ...CHANNEL, ...(tls && { 'grpc.ssl_target_name_override': tls.serverName }) };
  const secret = tls ? credentials.createSsl(pem(tls.ca), pem(tls.key), pem(tls.cert)) : credentials.createInsecure();
  const kv = new KV(name, secret, channel);
  const same = { ...channel, channelOverride: kv.getChannel() };
  return {
    name,
    kv,
    watch: new Watch(name, secret, same),
    lease: new Lease(name, secret, same),
    cluster: new Cluster(name, secret, same),
    maintenance: new Maintenance(name, secret, same),
  };
}

export class EtcdClient implements Etcd {
  readonly #options: EtcdOptions;
  readonly #timeoutMs: number;
  #tls: EtcdTls | undefined;
  #endpoints: readonly Endpoint[];
  #replaced: readonly Endpoint[] = [];
  #turn = 0;

  constructor(options: EtcdOptions) {
    assert(options.endpoints.length > 0, 'etcd has an endpoint');
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#tls = typeof options.tls === 'function' ? options.tls() : options.tls;
    this.#endpoints = options.endpoints.map((name) => endpointOf(name, this.#tls));
  }

  range(request: RangeRequest): Promise<RangeResponse> {
    return this.#call('kv', 'Range', request);
  }

  txn(request: TxnRequest): Promise<TxnResponse> {
    return this.#call('kv', 'Txn', request);
  }

  async compact(revision: number): Promise<void> {
    await this.#call('kv', 'Compact', { revision });
  }

  status(): Promise<StatusResponse> {
    return this.#call('maintenance', 'Status', {});
  }

  /** The members as a majority knows them. */
  async members(): Promise<readonly EtcdMemberFacts[]> {
    // The list is each member's own; a read that a majority vouches for makes sure that this one's is not an old one.
    await this.range({ key: Buffer.of(0) });
    const { members } = await this.#call<MemberListResponse>('cluster', 'MemberList', {});
    return members;
  }

  /** A majority of those before has agreed when it resolves. */
  async memberRemove(id: string): Promise<void> {
    await this.#call('cluster', 'MemberRemove', { ID: id });
  }

  async grant(lease: number, ttlMs: number): Promise<{ readonly ttlMs: number }> {
    const { TTL } = await this.#call<LeaseGrantResponse>('lease', 'LeaseGrant', { ID: lease, TTL: ttlMs / 1000 });
    return { ttlMs: TTL * 1000 };
  }

  async revoke(lease: number): Promise<void> {
    await this.#call('lease', 'LeaseRevoke', { ID: lease });
  }

  keepAlive(lease: number): KeepAlive {
    const endpoint = this.#endpoint();
    const open = (endpoint.lease as unknown as { LeaseKeepAlive: Stream<LeaseKeepAliveResponse> }).LeaseKeepAlive;
    return new RenewalStream(open.call(endpoint.lease, new Metadata()), lease, {
      failed: (error) => {
        this.#passTurn(endpoint);
        return errorOf(error, 'renew a lease', endpoint.name);
      },
      gaveUp: () => this.#passTurn(endpoint),
    });
  }

  watch(watch: EtcdWatch): { stop(): void } {
    const endpoint = this.#endpoint();
    const metadata = new Metadata();
    // A member that lost its leader ends the stream instead of staying silent.
    metadata.set('hasleader', 'true');
    const open = (endpoint.watch as unknown as { Watch: Stream<WatchResponse> }).Watch.bind(endpoint.watch);
    const stream = open(metadata);
    let stopped = false;
    const end = (error: WorldError): void => {
      if (stopped) return;
      stopped = true;
      this.#passTurn(endpoint);
      stream.cancel();
      watch.ended(error);
    };
    stream.on('data', (response: WatchResponse) => {
      if (stopped) return;
      if (response.canceled)
        end(new WorldError('Unavailable', `etcd ended the watch: ${response.cancel_reason || 'compacted'}`));
      else watch.response(response);
    });
    stream.on('error', (error: ServiceError) => end(errorOf(error, 'watch', endpoint.name)));
    stream.on('end', () => end(new WorldError('Unavailable', `etcd ${endpoint.name} ended the watch`)));
    const { key, rangeEnd, from } = watch;
    stream.write({ create_request: { key, range_end: rangeEnd, start_revision: from } });
    return {
      stop: () => {
        stopped = true;
        stream.cancel();
      },
    };
  }

  close(): void {
    for (const { kv } of [...this.#endpoints, ...this.#replaced]) kv.close();
  }

  #endpoint(): Endpoint {
    const endpoint = this.#endpoints[this.#turn % this.#endpoints.length];
    assert(endpoint !== undefined, 'etcd has an endpoint');
    return endpoint;
  }

  #passTurn(from: Endpoint): void {
    if (this.#endpoint() === from) this.#turn++;
    this.#renew();
  }

  /** Makes connections anew when what they rest on has changed; calls under way on the old ones come to their end. */
  #renew(): void {
    const { tls, endpoints } = this.#options;
    if (typeof tls !== 'function') return;
    let now: EtcdTls;
    try {
      now = tls();
    } catch {
      // What is in use stays in use; the next failure asks again.
      return;
    }
    const before = this.#tls;
    if (before && now.ca === before.ca && now.cert === before.cert && now.key === before.key) return;
    this.#tls = now;
    for (const { kv } of this.#replaced) kv.close();
    this.#replaced = this.#endpoints;
    this.#endpoints = endpoints.map((name) => endpointOf(name, now));
  }

  #call<T>(service: 'kv' | 'lease' | 'cluster' | 'maintenance', method: string, request: unknown): Promise<T> {
    const endpoint = this.#endpoint();
    const client = endpoint[service] as unknown as Record<string, Unary>;
    return new Promise((resolve, reject) => {
      const done = (error: ServiceError | null, answer: unknown): void => {
        if (error === null) {
          resolve(answer as T);
          return;
        }
        this.#passTurn(endpoint);
        reject(errorOf(error, method, endpoint.name));
      };
      client[method]?.(request, { deadline: Date.now() + this.#timeoutMs }, done);
    });
  }
}

export const connectEtcd = (options: EtcdOptions): Etcd => options.connect?.(options) ?? new EtcdClient(options);
