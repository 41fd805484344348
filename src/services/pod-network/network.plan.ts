// Decides the routes and addresses of a machine from the nodes and services of its cluster.
import { ipv4Number } from '#base';
import type { Node, Service } from '#model/kube';

/** Which machine answers ARP for a load balancer's address; written by the load-balancer controller. */
export const ANNOUNCED_BY = 'holdfast.dev/announced-by';

/** First and last address, both of the pool. */
export interface AddressPool {
  readonly first: string;
  readonly last: string;
}

export interface NetworkState {
  readonly nodeName: string;
  readonly nodes: readonly Node[];
  readonly services: readonly Service[];
  /** Our routes now: destination to gateway. */
  readonly routes: ReadonlyMap<string, string>;
  /** Addresses on the link to the switch now. */
  readonly addresses: readonly string[];
  /** The pool of load-balancer addresses: outside it no address is ever taken away. */
  readonly pool: AddressPool;
}

export interface NetworkPlan {
  /** The machine's own range; undefined until the cluster gave it one. */
  readonly podCidr: string | undefined;
  readonly setRoutes: readonly (readonly [destination: string, gateway: string])[];
  readonly removeRoutes: readonly string[];
  readonly addAddresses: readonly string[];
  readonly removeAddresses: readonly string[];
}

const internalAddress = (node: Node): string | undefined =>
  node.status?.addresses?.find((a) => a.type === 'InternalIP')?.address;

const balancedAddresses = (service: Service): string[] =>
  (service.status?.loadBalancer?.ingress ?? []).flatMap((i) => (i.ip ? [i.ip] : []));

const inPool = (address: string, pool: AddressPool): boolean => {
  const number = ipv4Number(address) ?? 0;
  return number >= (ipv4Number(pool.first) ?? 0) && number <= (ipv4Number(pool.last) ?? 0);
};

export function planNetwork(state: NetworkState): NetworkPlan {
  const wantedRoutes = new Map<string, string>();
  for (const node of state.nodes) {
    const address = internalAddress(node);
    if (node.metadata?.name !== state.nodeName && node.spec?.podCIDR && address)
      wantedRoutes.set(node.spec.podCIDR, address);
  }
  const balanced = state.services.filter((s) => s.spec?.type === 'LoadBalancer');
  const here = new Set(
    balanced.filter((s) => s.metadata?.annotations?.[ANNOUNCED_BY] === state.nodeName).flatMap(balancedAddresses),
  );
  const own = state.nodes.find((n) => n.metadata?.name === state.nodeName);
  return {
    podCidr: own?.spec?.podCIDR,
    setRoutes: [...wantedRoutes].filter(([destination, gateway]) => state.routes.get(destination) !== gateway),
    removeRoutes: [...state.routes.keys()].filter((destination) => !wantedRoutes.has(destination)),
    addAddresses: [...here].filter((address) => !state.addresses.includes(address)),
    removeAddresses: state.addresses.filter((address) => !here.has(address) && inPool(address, state.pool)),
  };
}
