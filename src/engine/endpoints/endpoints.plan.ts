// Decides which addresses and ports stand behind a Service. Source: Kubernetes concepts "Service", "EndpointSlices".
import type {
  Container,
  DiscoveryV1EndpointPort,
  Endpoint,
  EndpointAddress,
  EndpointPort,
  EndpointSubset,
  Pod,
  Service,
} from '#model/kube';

export type AddressType = 'IPv4' | 'IPv6';

/** Endpoints that share address family and ports. */
export interface EndpointGroup {
  readonly addressType: AddressType;
  readonly ports: readonly DiscoveryV1EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

const LEGACY_ADDRESSES_MAX = 1000;

export function isHeadless(service: Service): boolean {
  return service.spec?.clusterIP === 'None';
}

/** Port of a pod that a Service port leads to; undefined when the pod has no port of that name. */
function targetPort(pod: Pod, target: number | string | undefined, port: number, protocol: string): number | undefined {
  if (target === undefined || target === 0 || target === '') return port;
  if (typeof target === 'number') return target;
  if (/^[0-9]+$/.test(target)) return Number(target);
  const sidecars = (pod.spec?.initContainers ?? []).filter((c: Container) => c.restartPolicy === 'Always');
  for (const container of [...(pod.spec?.containers ?? []), ...sidecars]) {
    const found = container.ports?.find((p) => p.name === target && (p.protocol ?? 'TCP') === protocol);
    if (found) return found.containerPort;
  }
  return undefined;
}

function portsOf(service: Service, pod: Pod): DiscoveryV1EndpointPort[] {
  const ports: DiscoveryV1EndpointPort[] = [];
  for (const wanted of service.spec?.ports ?? []) {
    const protocol = wanted.protocol ?? 'TCP';
    const port = targetPort(pod, wanted.targetPort, wanted.port, protocol);
    if (port === undefined) continue;
    const { appProtocol } = wanted;
    ports.push({ name: wanted.name ?? '', port, protocol, ...(appProtocol ? { appProtocol } : {}) });
  }
  return ports;
}

function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;
}

/** A pod stands behind a Service from the moment it has an address until it has ended. */
function hasEndpoint(pod: Pod): boolean {
  return Boolean(pod.status?.podIP) && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed';
}

function hostnameFor(service: Service, pod: Pod): string | undefined {
  const { hostname, subdomain } = pod.spec ?? {};
  return hostname && subdomain === service.metadata?.name ? hostname : undefined;
}

function targetRef(pod: Pod): Endpoint['targetRef'] {
  const { name, namespace, uid } = pod.metadata ?? {};
  return { kind: 'Pod', name, namespace, uid };
}

function endpointOf(service: Service, pod: Pod, address: string, zone: string | undefined): Endpoint {
  const terminating = Boolean(pod.metadata?.deletionTimestamp);
  const serving = isReady(pod);
  const ready = (serving && !terminating) || Boolean(service.spec?.publishNotReadyAddresses);
  const hostname = hostnameFor(service, pod);
  const nodeName = pod.spec?.nodeName;
  return {
    addresses: [address],
    conditions: { ready, serving: serving || Boolean(service.spec?.publishNotReadyAddresses), terminating },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    targetRef: targetRef(pod),
    ...(zone ? { zone } : {}),
  };
}

/** What the slices of a Service must say, grouped by family and ports. */
export function endpointGroups(
  service: Service,
  pods: readonly Pod[],
  zoneOf: (node: string) => string | undefined,
): EndpointGroup[] {
  const families = (service.spec?.ipFamilies ?? ['IPv4']) as AddressType[];
  const groups = new Map<
    string,
    { addressType: AddressType; ports: DiscoveryV1EndpointPort[]; endpoints: Endpoint[] }
  >();
  for (const pod of pods) {
    if (!hasEndpoint(pod)) continue;
    const ports = portsOf(service, pod);
    if (ports.length === 0 && (service.spec?.ports ?? []).length > 0) continue;
    const addresses = (pod.status?.podIPs ?? [{ ip: pod.status?.podIP ?? '' }]).map((entry) => entry.ip);
    for (const addressType of families) {
      const address = addresses.find((ip) => ip.includes(':') === (addressType === 'IPv6'));
      if (!address) continue;
      const key = addressType + JSON.stringify(ports);
      const group = groups.get(key) ?? { addressType, ports, endpoints: [] };
      groups.set(key, group);
      group.endpoints.push(endpointOf(service, pod, address, zoneOf(pod.spec?.nodeName ?? '')));
    }
  }
  return [...groups.values()];
}

/** The subsets of the older Endpoints object: IPv4 first family only, and without pods on their way out. */
export function endpointSubsets(service: Service, pods: readonly Pod[]): EndpointSubset[] {
  const subsets = new Map<string, { ports: EndpointPort[]; ready: EndpointAddress[]; notReady: EndpointAddress[] }>();
  const six = service.spec?.ipFamilies?.[0] === 'IPv6';
  let count = 0;
  for (const pod of pods) {
    const going = pod.metadata?.deletionTimestamp && !service.spec?.publishNotReadyAddresses;
    if (!hasEndpoint(pod) || going) continue;
    const ports = portsOf(service, pod).map(
      ({ name, ...port }) => ({ ...(name ? { name } : {}), ...port }) as EndpointPort,
    );
    if (ports.length === 0 && (service.spec?.ports ?? []).length > 0) continue;
    const addresses = (pod.status?.podIPs ?? [{ ip: pod.status?.podIP ?? '' }]).map((entry) => entry.ip);
    const ip = addresses.find((address) => address.includes(':') === six);
    if (!ip || ++count > LEGACY_ADDRESSES_MAX) continue;
    const key = JSON.stringify(ports);
    const subset = subsets.get(key) ?? { ports, ready: [], notReady: [] };
    subsets.set(key, subset);
    const hostname = hostnameFor(service, pod);
    const nodeName = pod.spec?.nodeName;
    const ready = isReady(pod) || service.spec?.publishNotReadyAddresses;
    const target = targetRef(pod);
    const address = { ip, ...(hostname ? { hostname } : {}), ...(nodeName ? { nodeName } : {}), targetRef: target };
    (ready ? subset.ready : subset.notReady).push(address);
  }
  const byIp = (a: EndpointAddress, b: EndpointAddress): number => (a.ip < b.ip ? -1 : 1);
  return [...subsets.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { ports, ready, notReady }]) => ({
      ...(ready.length > 0 ? { addresses: ready.sort(byIp) } : {}),
      ...(notReady.length > 0 ? { notReadyAddresses: notReady.sort(byIp) } : {}),
      ...(ports.length > 0 ? { ports } : {}),
    }));
}

/** Groups for a hand-made Endpoints object, one for each subset and family. */
export function mirroredGroups(subsets: readonly EndpointSubset[]): EndpointGroup[] {
  const groups: EndpointGroup[] = [];
  for (const subset of subsets) {
    const ports = (subset.ports ?? []).map((port) => ({ name: '', protocol: 'TCP', ...port }));
    const all = [
      ...(subset.addresses ?? []).map((address) => ({ address, ready: true })),
      ...(subset.notReadyAddresses ?? []).map((address) => ({ address, ready: false })),
    ];
    for (const addressType of ['IPv4', 'IPv6'] as const) {
      const endpoints = all
        .filter(({ address }) => address.ip.includes(':') === (addressType === 'IPv6'))
        .map(({ address: { ip, ...rest }, ready }) => ({ addresses: [ip], conditions: { ready }, ...rest }));
      if (endpoints.length > 0) groups.push({ addressType, ports, endpoints });
    }
  }
  return groups;
}
