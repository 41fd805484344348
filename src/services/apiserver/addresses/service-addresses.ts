// The addresses and node ports that services hold. What is held is what the stored services say, followed from the store
// itself, so that a restart, a deletion and a takeover need no repair of their own; a claim is held besides until its
// write is through, so that two services never get the same.
// Source: Kubernetes documentation, "Service", "Service ClusterIP allocation" (free choices prefer the upper part).
import { assert, cidrParse } from '#base';
import type { KubeObject, Service } from '#model/kube';
import type { ServedResource } from '../objects/served-resource.ts';
import type { ObjectStore } from '../verbs/call.ts';
import { type AddressClaim, claimService, holderOf, holdings, NOTHING_CLAIMED, type Pools } from './claim-service.ts';
import { makePool } from './pool.ts';

export interface ServiceAddresses {
  /** Completes a new service with addresses; anything that is no service is left alone. Errors: ApiError 422. */
  claimForCreate(resource: ServedResource, object: KubeObject, dryRun: boolean): AddressClaim;
  /** Completes a changed service. Errors: ApiError 422. */
  claimForUpdate(resource: ServedResource, object: KubeObject, present: KubeObject, dryRun: boolean): AddressClaim;
  close(): void;
}

export interface ServiceAddressOptions {
  readonly store: ObjectStore;
  readonly serviceCidr: string;
  readonly nodePortRange: { readonly first: number; readonly last: number };
  readonly reservedNodePorts: readonly number[];
  readonly random: () => number;
}

const PREFIX = '/core/services/';
/** The lower part of the range is left for addresses that people choose: a sixteenth of it, between 16 and 256. */
const LOWER_PART = { divisor: 16, least: 16, most: 256 };

export function makeServiceAddresses(options: ServiceAddressOptions): ServiceAddresses {
  const cidr = cidrParse(options.serviceCidr);
  assert(cidr, 'the service range is an IPv4 range');
  // Neither the address of the network itself nor the broadcast address is given away.
  const range = { first: cidr.first + 1, last: cidr.first + cidr.size - 2 };
  const addresses = makePool(range, options.random);
  const lower = Math.min(LOWER_PART.most, Math.max(LOWER_PART.least, Math.floor(cidr.size / LOWER_PART.divisor)));
  const reserved = new Set(options.reservedNodePorts);
  const ports = makePool({ ...options.nodePortRange, reserved }, options.random);
  const { serviceCidr, nodePortRange } = options;
  const upperFrom = cidr.first + lower;
  const pools: Pools = { addresses, ports, upperFrom, serviceCidr, nodePortRange, isReserved: (n) => reserved.has(n) };
  const following = followServices(options.store, pools);
  const claim = (resource: ServedResource, object: KubeObject, present: KubeObject | undefined, dryRun: boolean) =>
    resource.prefix === PREFIX
      ? claimService(pools, { resource, service: object as Service, present: present as Service | undefined, dryRun })
      : NOTHING_CLAIMED;
  return {
    claimForCreate: (resource, object, dryRun) => claim(resource, object, undefined, dryRun),
    claimForUpdate: (resource, object, present, dryRun) => claim(resource, object, present, dryRun),
    close: () => following.close(),
  };
}

function followServices(store: ObjectStore, pools: Pools): { close(): void } {
  const free = (service: Service, except: { addresses: number[]; ports: number[] }): void => {
    const held = holdings(service);
    const holder = holderOf(service);
    for (const n of held.addresses) if (!except.addresses.includes(n)) pools.addresses.free(n, holder);
    for (const n of held.ports) if (!except.ports.includes(n)) pools.ports.free(n, holder);
  };
  const hold = (service: Service): void => {
    const held = holdings(service);
    for (const n of held.addresses) pools.addresses.take(n, holderOf(service));
    for (const n of held.ports) pools.ports.take(n, holderOf(service));
  };
  let watching: { close(): void } | undefined;
  let closed = false;
  const start = (): void => {
    const listed = store.list({ prefix: PREFIX });
    if (listed.kind === 'listed') for (const entry of listed.entries) hold(entry.index.object(entry.bytes) as Service);
    const result = store.watch(
      { prefix: PREFIX, after: store.revision },
      {
        event({ type, entry, previous }) {
          const now = entry.index.object(entry.bytes) as Service;
          if (type === 'deleted') return free(now, { addresses: [], ports: [] });
          if (previous) free(previous.index.object(previous.bytes) as Service, holdings(now));
          hold(now);
        },
        lost: () => {
          if (!closed && store.state !== 'closed') queueMicrotask(start);
        },
      },
    );
    if (result.kind === 'watching') watching = result;
  };
  start();
  return {
    close: () => {
      closed = true;
      watching?.close();
    },
  };
}
