// Decides which address a load-balanced service has, and which machine announces it.
import { ipv4Number, ipv4Text } from '#base';
import type { EndpointSlice, Node, Service } from '#model/kube';

export interface AddressPool {
  readonly first: string;
  readonly last: string;
}

export type AddressDecision =
  | { readonly kind: 'address'; readonly address: string }
  /** The pool has none left, or the one asked for cannot be had; `message` says which and what to do. */
  | { readonly kind: 'none'; readonly reason: 'AddressPoolExhausted' | 'AddressUnavailable'; readonly message: string };

/** The class of ours; services without a class are ours too. */
export const LOAD_BALANCER_CLASS = 'holdfast.dev/arp';
/** Asks for one address (spec.loadBalancerIP does too, and is deprecated upstream). */
export const ADDRESS_WISH = 'holdfast.dev/load-balancer-address';

export const isBalanced = (service: Service): boolean =>
  service.spec?.type === 'LoadBalancer' &&
  (service.spec.loadBalancerClass ?? LOAD_BALANCER_CLASS) === LOAD_BALANCER_CLASS &&
  service.metadata?.deletionTimestamp === undefined;

export const addressOf = (service: Service): string | undefined => service.status?.loadBalancer?.ingress?.[0]?.ip;

/** The address of one service; no two services share one. `others` are all other services. */
export function planAddress(service: Service, others: readonly Service[], pool: AddressPool): AddressDecision {
  const taken = new Set(others.filter(isBalanced).flatMap((s) => addressOf(s) ?? []));
  const first = ipv4Number(pool.first) ?? 0;
  const last = ipv4Number(pool.last) ?? -1;
  const inPool = (address: string): boolean => {
    const number = ipv4Number(address) ?? -1;
    return number >= first && number <= last;
  };
  const wish = service.metadata?.annotations?.[ADDRESS_WISH] ?? service.spec?.loadBalancerIP;
  if (wish) {
    if (inPool(wish) && !taken.has(wish)) return { kind: 'address', address: wish };
    const why = inPool(wish) ? 'another service has it' : `it is outside the pool ${pool.first}-${pool.last}`;
    return { kind: 'none', reason: 'AddressUnavailable', message: `the address ${wish} cannot be given: ${why}` };
  }
  const present = addressOf(service);
  if (present && inPool(present) && !taken.has(present)) return { kind: 'address', address: present };
  for (let number = first; number <= last; number++) {
    const address = ipv4Text(number);
    if (!taken.has(address)) return { kind: 'address', address };
  }
  return {
    kind: 'none',
    reason: 'AddressPoolExhausted',
    message: `all ${last - first + 1} addresses of the pool ${pool.first}-${pool.last} are taken; delete a service or widen the pool (--service-ips)`,
  };
}

const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers';
const isReady = (node: Node): boolean =>
  node.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;

/** The machine that announces the address: the present one while it can, else by rendezvous so that services spread. */
export function planAnnouncer(
  service: Service,
  nodes: readonly Node[],
  slices: readonly EndpointSlice[],
  present: string | undefined,
): string | undefined {
  const local = service.spec?.externalTrafficPolicy === 'Local';
  const withEndpoints = new Set(
    slices.flatMap((s) =>
      (s.endpoints ?? []).filter((e) => e.conditions?.ready !== false).flatMap((e) => e.nodeName ?? []),
    ),
  );
  const able = nodes
    .filter((n) => isReady(n) && n.metadata?.labels?.[EXCLUDED] === undefined)
    .flatMap((n) => n.metadata?.name ?? [])
    .filter((name) => !local || withEndpoints.has(name));
  if (present !== undefined && able.includes(present)) return present;
  const uid = service.metadata?.uid ?? '';
  return able
    .map((name) => ({ name, weight: weightOf(`${uid}/${name}`) }))
    .sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1))[0]?.name;
}

/** FNV-1a, 32 bits. */
function weightOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
