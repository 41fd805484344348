// The view of services that the zone answers from, kept current by the caches of services, slices and namespaces.
import type { Client, ObjectCache } from '#client';
import { resourceOf } from '#client';
import type { EndpointSlice, Namespace, Service } from '#model/kube';
import type { ZoneEndpoint, ZonePort, ZoneService, ZoneView } from './zone.plan.ts';

const SERVICE_NAME = 'kubernetes.io/service-name';

export interface LiveView extends ZoneView {
  readonly synced: Promise<unknown>;
  close(): void;
}

type SlicesByService = Map<string, Map<string, EndpointSlice>>;

function endpointsOf(slices: Iterable<EndpointSlice>, publishNotReady: boolean): ZoneEndpoint[] {
  const found: ZoneEndpoint[] = [];
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue;
    for (const endpoint of slice.endpoints ?? []) {
      if (endpoint.conditions?.ready === false && !publishNotReady) continue;
      for (const address of endpoint.addresses)
        found.push({ address, hostname: endpoint.hostname ?? address.replaceAll('.', '-') });
    }
  }
  return found;
}

function portsOf(service: Service, headless: boolean, slices: Iterable<EndpointSlice>): ZonePort[] {
  if (!headless) {
    return (service.spec?.ports ?? []).map((p) => ({
      name: p.name ?? '',
      protocol: (p.protocol ?? 'TCP').toLowerCase(),
      port: p.port,
    }));
  }
  const ports = new Map<string, ZonePort>();
  for (const slice of slices) {
    for (const p of slice.ports ?? []) {
      if (p.port !== undefined)
        ports.set(`${p.name}/${p.protocol}/${p.port}`, {
          name: p.name ?? '',
          protocol: (p.protocol ?? 'TCP').toLowerCase(),
          port: p.port,
        });
    }
  }
  return [...ports.values()];
}

function zoneServiceOf(service: Service, slices: readonly EndpointSlice[]): ZoneService {
  const spec = service.spec ?? {};
  const headless = spec.clusterIP === 'None';
  return {
    namespace: service.metadata?.namespace ?? '',
    name: service.metadata?.name ?? '',
    kind: spec.type === 'ExternalName' ? 'external-name' : headless ? 'headless' : 'cluster-ip',
    addresses: headless
      ? []
      : (spec.clusterIPs ?? [spec.clusterIP ?? '']).filter((ip) => ip !== '' && !ip.includes(':')),
    externalName: spec.externalName,
    ports: portsOf(service, headless, slices),
    endpoints: headless ? endpointsOf(slices, spec.publishNotReadyAddresses ?? false) : [],
  };
}

function followSlices(cache: ObjectCache<EndpointSlice>): SlicesByService {
  const byService: SlicesByService = new Map();
  cache.onChange(({ type, object }) => {
    const { namespace = '', name = '', labels } = object.metadata ?? {};
    const service = labels?.[SERVICE_NAME];
    if (service === undefined) return;
    const key = `${namespace}/${service}`;
    const slices = byService.get(key) ?? new Map<string, EndpointSlice>();
    if (type === 'deleted') slices.delete(name);
    else slices.set(name, object);
    if (slices.size) byService.set(key, slices);
    else byService.delete(key);
  });
  return byService;
}

/** Addresses of cluster-IP services by address; a changed service moves. */
function followAddresses(cache: ObjectCache<Service>): Map<string, Service> {
  const byAddress = new Map<string, Service>();
  cache.onChange(({ type, object, previous }) => {
    for (const ip of previous?.spec?.clusterIPs ?? []) byAddress.delete(ip);
    if (type === 'deleted') for (const ip of object.spec?.clusterIPs ?? []) byAddress.delete(ip);
    else for (const ip of object.spec?.clusterIPs ?? []) if (ip !== 'None') byAddress.set(ip, object);
  });
  return byAddress;
}

export function openView(client: Client): LiveView {
  const services = client.cache(resourceOf<Service>('', 'v1', 'services'));
  const slices = client.cache(resourceOf<EndpointSlice>('discovery.k8s.io', 'v1', 'endpointslices'));
  const namespaces = client.cache(resourceOf<Namespace>('', 'v1', 'namespaces'));
  const byService = followSlices(slices);
  const byAddress = followAddresses(services);
  const slicesOf = (namespace: string, name: string): EndpointSlice[] => [
    ...(byService.get(`${namespace}/${name}`)?.values() ?? []),
  ];
  const endpointName = (address: string): string | undefined => {
    for (const [key, held] of byService) {
      const [namespace = '', name = ''] = key.split('/');
      if (services.get({ namespace, name })?.spec?.clusterIP !== 'None') continue;
      const endpoint = endpointsOf(held.values(), true).find((e) => e.address === address);
      if (endpoint) return `${endpoint.hostname}.${name}.${namespace}.svc`;
    }
    return undefined;
  };
  return {
    synced: Promise.all([services.synced, slices.synced, namespaces.synced]),
    service: (namespace, name) => {
      const service = services.get({ namespace, name });
      return service && zoneServiceOf(service, slicesOf(namespace, name));
    },
    hasNamespace: (name) => namespaces.get({ name }) !== undefined,
    nameOf: (address) => {
      const service = byAddress.get(address);
      return service ? `${service.metadata?.name}.${service.metadata?.namespace}.svc` : endpointName(address);
    },
    close: () => {
      for (const cache of [services, slices, namespaces]) cache.close();
    },
  };
}
