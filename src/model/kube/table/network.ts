// The tables of services and of what makes them reachable.
import type {
  EndpointSlice,
  Endpoints,
  Ingress,
  IngressClass,
  IPAddress,
  NetworkPolicy,
  Service,
  ServiceCIDR,
} from '../generated/kinds.ts';
import { firstThree, labelsText, selectorText } from './cell-text.ts';
import { columnsFor, type KindTable } from './column.ts';

function balancerText(ingress: readonly { ip?: string; hostname?: string }[] | undefined): string {
  const points = (ingress ?? []).map((point) => point.ip || point.hostname || '').filter(Boolean);
  return [...new Set(points)].sort().join(',');
}

function externalIp({ spec, status }: Service): string {
  const external = spec?.externalIPs ?? [];
  switch (spec?.type) {
    case 'ClusterIP':
    case 'NodePort':
      return external.join(',') || '<none>';
    case 'LoadBalancer':
      return [balancerText(status?.loadBalancer?.ingress), ...external].filter(Boolean).join(',') || '<pending>';
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}

function servicePorts({ spec }: Service): string {
  const ports = (spec?.ports ?? []).map(
    ({ port, nodePort, protocol = 'TCP' }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`,
  );
  return ports.join(',') || '<none>';
}

function serviceTable(): KindTable<Service> {
  const c = columnsFor<Service>();
  return {
    columns: [
      c.name(),
      c.text('Type', (o) => o.spec?.type),
      c.text('Cluster-IP', (o) => o.spec?.clusterIPs?.[0] ?? o.spec?.clusterIP ?? '<none>'),
      c.text('External-IP', externalIp),
      c.text('Port(s)', servicePorts),
      c.age(),
      c.wide('Selector', (o) => labelsText(o.spec?.selector)),
    ],
  };
}

const hostPort = (ip: string, port: number): string => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`);

function endpointsText({ subsets = [] }: Endpoints): string {
  const list: string[] = [];
  for (const { addresses = [], ports = [] } of subsets) {
    if (ports.length === 0) list.push(...addresses.map((address) => address.ip));
    for (const { port } of ports) list.push(...addresses.map((address) => hostPort(address.ip, port)));
  }
  return firstThree(list, subsets.length === 0 ? '<none>' : '');
}

function endpointsTable(): KindTable<Endpoints> {
  const c = columnsFor<Endpoints>();
  return { columns: [c.name(), c.text('Endpoints', endpointsText), c.age()] };
}

function endpointSliceTable(): KindTable<EndpointSlice> {
  const c = columnsFor<EndpointSlice>();
  const ports = (o: EndpointSlice) => (o.ports ?? []).map(({ port, name }) => String(port ?? name ?? '*'));
  return {
    columns: [
      c.name(),
      c.text('AddressType', (o) => o.addressType),
      c.text('Ports', (o) => firstThree(ports(o), '<unset>')),
      c.text('Endpoints', (o) =>
        firstThree(
          (o.endpoints ?? []).flatMap((e) => e.addresses ?? []),
          '<unset>',
        ),
      ),
      c.age(),
    ],
  };
}

function hosts({ spec }: Ingress): string {
  const rules = spec?.rules ?? [];
  const list: string[] = [];
  let more = false;
  for (const { host } of rules) {
    more ||= list.length === 3;
    if (!more && host) list.push(host);
  }
  if (list.length === 0) return '*';
  return more ? `${list.join(',')} + ${rules.length - 3} more...` : list.join(',');
}

function ingressTable(): KindTable<Ingress> {
  const c = columnsFor<Ingress>();
  return {
    columns: [
      c.name(),
      c.text('Class', (o) => o.spec?.ingressClassName ?? '<none>'),
      c.text('Hosts', hosts),
      c.text('Address', (o) => balancerText(o.status?.loadBalancer?.ingress)),
      c.text('Ports', (o) => (o.spec?.tls?.length ? '80, 443' : '80')),
      c.age(),
    ],
  };
}

function parametersText({ spec }: IngressClass): string {
  const { parameters } = spec ?? {};
  if (!parameters) return '<none>';
  const group = parameters.apiGroup === undefined ? '' : `.${parameters.apiGroup}`;
  return `${parameters.kind}${group}/${parameters.name}`;
}

function ingressClassTable(): KindTable<IngressClass> {
  const c = columnsFor<IngressClass>();
  return {
    columns: [c.name(), c.text('Controller', (o) => o.spec?.controller), c.text('Parameters', parametersText), c.age()],
  };
}

function networkPolicyTable(): KindTable<NetworkPolicy> {
  const c = columnsFor<NetworkPolicy>();
  return { columns: [c.name(), c.text('Pod-Selector', (o) => selectorText(o.spec?.podSelector)), c.age()] };
}

function serviceCidrTable(): KindTable<ServiceCIDR> {
  const c = columnsFor<ServiceCIDR>();
  return { columns: [c.name(), c.text('CIDRs', (o) => (o.spec?.cidrs ?? []).join(',')), c.age()] };
}

function parentText({ spec }: IPAddress): string {
  const parent = spec?.parentRef;
  if (!parent) return '<none>';
  const resource = (parent.group ? `${parent.resource}.${parent.group}` : parent.resource).toLowerCase();
  return [resource, parent.namespace, parent.name].filter(Boolean).join('/');
}

function ipAddressTable(): KindTable<IPAddress> {
  const c = columnsFor<IPAddress>();
  return { columns: [c.name(), c.text('ParentRef', parentText)] };
}

/** Tables by group/resource. */
export const networkTables = {
  '/services': serviceTable,
  '/endpoints': endpointsTable,
  'discovery.k8s.io/endpointslices': endpointSliceTable,
  'networking.k8s.io/ingresses': ingressTable,
  'networking.k8s.io/ingressclasses': ingressClassTable,
  'networking.k8s.io/networkpolicies': networkPolicyTable,
  'networking.k8s.io/servicecidrs': serviceCidrTable,
  'networking.k8s.io/ipaddresses': ipAddressTable,
};
