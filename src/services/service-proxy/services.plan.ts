// Decides the rules of every service on one node from services, their slices and the node's pods with host ports.
// Source: Kubernetes concepts "Virtual IPs and Service Proxies" (traffic policies, session affinity, external addresses).
import type { EndpointSlice, Pod, Service, ServicePort } from '#model/kube';
import type { Ruleset } from './ruleset.ts';

export interface ProxyState {
  readonly nodeName: string;
  readonly podCidr: string;
  readonly services: readonly Service[];
  /** Slices of a service, by "namespace/name". */
  readonly slices: ReadonlyMap<string, readonly EndpointSlice[]>;
  /** Pods of this node that have addresses. */
  readonly pods: readonly Pod[];
  /** Addresses that others serve for the cluster inside this namespace (DNS): left alone. */
  readonly ownAddresses: ReadonlySet<string>;
}

interface Backend {
  readonly address: string;
  readonly port: number;
  readonly local: boolean;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
}

/** Collects what the plan decides; every value ends up in a {@link Ruleset}. */
class Draft {
  readonly chains = new Map<string, string[]>();
  readonly elements = new Map<string, Map<string, string>>();
  readonly affinitySets = new Map<string, number>();

  element(name: string, key: string, verdict = ''): void {
    const held = this.elements.get(name) ?? new Map<string, string>();
    if (!held.has(key)) held.set(key, verdict);
    this.elements.set(name, held);
  }
}

const DEFAULT_AFFINITY_SECONDS = 10_800;
const MARK = 'meta mark set meta mark or 0x4000';

/** A short name that is stable for a service port; nft chain names may hold letters, digits, `-`, `_`, `.`, `/`. */
const chainName = (prefix: string, service: Service, port: ServicePort): string =>
  `${prefix}-${service.metadata?.namespace}/${service.metadata?.name}/${(port.protocol ?? 'TCP').toLowerCase()}-${port.port}`;

function backendsOf(port: ServicePort, slices: readonly EndpointSlice[], nodeName: string): Backend[] {
  const found = new Map<string, Backend>();
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue;
    const slicePort = (slice.ports ?? []).find(
      (p) => (p.name ?? '') === (port.name ?? '') && (p.protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
    );
    if (slicePort?.port === undefined) continue;
    for (const endpoint of slice.endpoints ?? []) {
      const { ready, serving, terminating } = endpoint.conditions ?? {};
      const address = endpoint.addresses[0];
      if (address === undefined) continue;
      found.set(`${address}:${slicePort.port}`, {
        address,
        port: slicePort.port,
        local: endpoint.nodeName === nodeName,
        ready: ready ?? true,
        serving: serving ?? ready ?? true,
        terminating: terminating ?? false,
      });
    }
  }
  return [...found.values()].sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : a.port - b.port));
}

/** The ready ones; when none is, those that still serve while they terminate (KEP-1669). */
function usable(backends: readonly Backend[]): readonly Backend[] {
  const ready = backends.filter((b) => b.ready);
  return ready.length ? ready : backends.filter((b) => b.serving && b.terminating);
}

function spreadRules(protocol: string, backends: readonly Backend[]): string[] {
  const map = backends.map((b, i) => `${i} : ${b.address} . ${b.port}`).join(', ');
  return [`meta l4proto ${protocol} dnat ip to numgen random mod ${backends.length} map { ${map} }`];
}

/** ClientIP affinity: one set and one chain a backend; a client that is in a set goes where it went before. */
function affinityRules(
  draft: Draft,
  { chain, protocol, seconds }: { readonly chain: string; readonly protocol: string; readonly seconds: number },
  backends: readonly Backend[],
): string[] {
  const targets = backends.map((b) => {
    const name = `${chain}/${b.address}-${b.port}`;
    const set = name.replace(/^[a-z]+-/, 'affinity-');
    draft.affinitySets.set(set, seconds);
    draft.chains.set(name, [`update @${set} { ip saddr }`, `meta l4proto ${protocol} dnat to ${b.address}:${b.port}`]);
    return { name, set };
  });
  return [
    ...targets.map(({ name, set }) => `ip saddr @${set} goto ${name}`),
    `numgen random mod ${targets.length} vmap { ${targets.map(({ name }, i) => `${i} : goto ${name}`).join(', ')} }`,
  ];
}

interface Way {
  readonly prefix: string;
  readonly backends: readonly Backend[];
  /** Rules before the choice: source ranges, marks for masquerade. */
  readonly before: readonly string[];
}

/** The chain of one way into a service port; undefined when nothing can answer there. */
function wayChain(draft: Draft, service: Service, port: ServicePort, way: Way): string | undefined {
  const backends = usable(way.backends);
  if (backends.length === 0) return undefined;
  const name = chainName(way.prefix, service, port);
  const protocol = (port.protocol ?? 'TCP').toLowerCase();
  const affine = service.spec?.sessionAffinity === 'ClientIP';
  const seconds = service.spec?.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS;
  draft.chains.set(name, [
    ...way.before,
    ...(affine ? affinityRules(draft, { chain: name, protocol, seconds }, backends) : spreadRules(protocol, backends)),
  ]);
  for (const b of backends) draft.element('hairpin', `${b.address} . ${b.address}`);
  return name;
}

/** Addresses outside the cluster's own: load-balancer addresses and external IPs. */
function outsideAddresses(service: Service): string[] {
  const balanced = service.spec?.type === 'LoadBalancer' ? (service.status?.loadBalancer?.ingress ?? []) : [];
  return [
    ...new Set([
      ...balanced.flatMap((i) => (i.ip && i.ipMode !== 'Proxy' ? [i.ip] : [])),
      ...(service.spec?.externalIPs ?? []),
    ]),
  ];
}

function planPort(draft: Draft, service: Service, port: ServicePort, state: ProxyState): void {
  const spec = service.spec ?? {};
  const protocol = (port.protocol ?? 'TCP').toLowerCase();
  const all = backendsOf(
    port,
    state.slices.get(`${service.metadata?.namespace}/${service.metadata?.name}`) ?? [],
    state.nodeName,
  );
  const local = all.filter((b) => b.local);
  const lead = (address: string, chain: string | undefined): void => {
    const key = `${address} . ${protocol} . ${port.port}`;
    if (chain) draft.element('services', key, `goto ${chain}`);
    else draft.element('refused', key);
  };
  const inside = wayChain(draft, service, port, {
    prefix: 'in',
    backends: spec.internalTrafficPolicy === 'Local' ? local : all,
    before: [`ip saddr != ${state.podCidr} ${MARK}`],
  });
  for (const address of spec.clusterIPs ?? [spec.clusterIP ?? ''])
    if (address && address !== 'None') lead(address, inside);

  const addresses = outsideAddresses(service);
  if (addresses.length === 0 && !port.nodePort) return;
  const onlyLocal = spec.externalTrafficPolicy === 'Local';
  const nodeChain = wayChain(draft, service, port, {
    prefix: 'out',
    backends: onlyLocal ? local : all,
    before: onlyLocal ? [] : [MARK],
  });
  if (port.nodePort) {
    const key = `${protocol} . ${port.nodePort}`;
    if (nodeChain) draft.element('node-ports', key, `goto ${nodeChain}`);
    else draft.element('refused-node-ports', key);
  }
  const ranges = spec.loadBalancerSourceRanges ?? [];
  let guarded = nodeChain;
  if (nodeChain && ranges.length) {
    guarded = chainName('guard', service, port);
    draft.chains.set(guarded, [`ip saddr != { ${ranges.join(', ')} } drop`, `goto ${nodeChain}`]);
  }
  for (const address of addresses) {
    lead(address, guarded);
    draft.element('outside-addresses', address);
  }
}

function planHostPorts(draft: Draft, pod: Pod): void {
  const address = pod.status?.podIP;
  if (!address || pod.spec?.hostNetwork || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return;
  for (const container of [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]) {
    for (const port of container.ports ?? []) {
      if (!port.hostPort) continue;
      const protocol = (port.protocol ?? 'TCP').toLowerCase();
      const name = `host-${protocol}-${port.hostPort}${port.hostIP ? `-${port.hostIP}` : ''}`;
      // Masqueraded only for the node itself and for the pod's own loop; others keep their address.
      draft.chains.set(name, [
        `fib saddr type local ${MARK}`,
        `meta l4proto ${protocol} dnat to ${address}:${port.containerPort}`,
      ]);
      draft.element('hairpin', `${address} . ${address}`);
      if (port.hostIP && port.hostIP !== '0.0.0.0')
        draft.element('services', `${port.hostIP} . ${protocol} . ${port.hostPort}`, `goto ${name}`);
      else draft.element('host-ports', `${protocol} . ${port.hostPort}`, `goto ${name}`);
    }
  }
}

/** The rules that this node should have now. */
export function planServices(state: ProxyState): Ruleset {
  const draft = new Draft();
  for (const service of state.services) {
    const { type, clusterIP } = service.spec ?? {};
    if (type === 'ExternalName' || !clusterIP || clusterIP === 'None' || state.ownAddresses.has(clusterIP)) continue;
    for (const port of service.spec?.ports ?? []) planPort(draft, service, port, state);
  }
  for (const pod of state.pods) planHostPorts(draft, pod);
  return draft;
}
