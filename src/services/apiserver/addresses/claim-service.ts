// Sets aside what one write of a service needs: its cluster address and its node ports, those that it names and those that
// are chosen for it. A service keeps what it has; what it asks for and cannot have is refused, with every reason at once.
// Source: Kubernetes documentation, "Service"; core/v1 ServiceSpec.
import { ipv4Number, ipv4Text } from '#base';
import { Findings, type KubeObject, type Service, type ServicePort, type ServiceSpec } from '#model/kube';
import type { ServedResource } from '../objects/served-resource.ts';
import { invalid } from '../objects/validity.ts';
import type { Pool } from './pool.ts';

/** Addresses set aside for one write. */
export interface AddressClaim {
  /** Gives back what the write did not take. */
  release(): void;
}

export const NOTHING_CLAIMED: AddressClaim = { release: () => undefined };

export interface Pools {
  readonly addresses: Pool;
  readonly ports: Pool;
  readonly upperFrom: number;
  readonly serviceCidr: string;
  readonly nodePortRange: { readonly first: number; readonly last: number };
  isReserved(port: number): boolean;
}

/** What a service holds, as numbers of the pools. */
export function holdings(service: Service | undefined): { addresses: number[]; ports: number[] } {
  const { clusterIP, clusterIPs, ports = [], healthCheckNodePort } = service?.spec ?? {};
  const texts = clusterIPs?.length ? clusterIPs : clusterIP ? [clusterIP] : [];
  const addresses = texts.map(ipv4Number).filter((n) => n !== undefined);
  const numbers = new Set(ports.map((port) => port.nodePort ?? 0).concat(healthCheckNodePort ?? 0));
  return { addresses, ports: [...numbers].filter((n) => n > 0) };
}

export function holderOf(service: KubeObject): string {
  return service.metadata?.uid ?? `${service.metadata?.namespace}/${service.metadata?.name}`;
}

/** Collects what one write sets aside, and what is wrong with what it asks for. */
interface Claiming {
  readonly pools: Pools;
  readonly holder: string;
  readonly present: { addresses: number[]; ports: number[] };
  readonly findings: Findings;
  readonly taken: (() => void)[];
}

/** The write of a service: of `present` when that is there already. */
export interface ServiceWrite {
  readonly resource: ServedResource;
  readonly service: Service;
  readonly present: Service | undefined;
  readonly dryRun: boolean;
}

/** Completes `service` in place. Errors: ApiError 422. */
export function claimService(pools: Pools, { resource, service, present, dryRun }: ServiceWrite): AddressClaim {
  const { spec } = service;
  if (!spec) return NOTHING_CLAIMED;
  const claiming: Claiming = {
    pools,
    holder: holderOf(service),
    present: holdings(present),
    findings: new Findings(),
    taken: [],
  };
  const release = (): void => {
    for (const give of claiming.taken.splice(0)) give();
  };
  claimAddresses(claiming, spec);
  claimPorts(claiming, spec);
  const { errors } = claiming.findings;
  if (errors.length > 0 || dryRun) release();
  if (errors.length > 0) throw invalid(resource.storage, service.metadata?.name ?? '', errors);
  return { release };
}

function claimAddresses(claiming: Claiming, spec: ServiceSpec): void {
  if (spec.type === 'ExternalName') return;
  if (spec.clusterIP === undefined && spec.clusterIPs?.length) spec.clusterIP = spec.clusterIPs[0];
  if (spec.clusterIP === 'None') {
    spec.clusterIPs = ['None'];
    settleFamilies(spec);
    return;
  }
  const { addresses } = claiming.pools;
  if (!spec.clusterIP) {
    const number = addresses.takeFree(claiming.holder, claiming.pools.upperFrom);
    if (number === undefined) {
      claiming.findings.invalid('spec.clusterIPs', [], 'failed to allocate a serviceIP: range is full');
      return;
    }
    claiming.taken.push(() => addresses.free(number, claiming.holder));
    spec.clusterIP = ipv4Text(number);
  } else claimNamedAddress(claiming, spec.clusterIP);
  spec.clusterIPs = [spec.clusterIP];
  settleFamilies(spec);
}

function settleFamilies(spec: ServiceSpec): void {
  spec.ipFamilies ??= ['IPv4'];
  spec.ipFamilyPolicy ??= 'SingleStack';
  spec.internalTrafficPolicy ??= 'Cluster';
}

function claimNamedAddress({ pools, holder, present, findings, taken }: Claiming, address: string): void {
  const number = ipv4Number(address);
  if (number === undefined) {
    findings.invalid('spec.clusterIPs[0]', address, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)');
    return;
  }
  if (present.addresses.includes(number)) return;
  if (!pools.addresses.has(number)) {
    const why = `failed to allocate IP ${address}: the provided IP (${address}) is not in the valid range. The range of valid IPs is ${pools.serviceCidr}`;
    findings.invalid('spec.clusterIPs', [address], why);
    return;
  }
  if (!pools.addresses.take(number, holder)) {
    findings.invalid(
      'spec.clusterIPs',
      [address],
      `failed to allocate IP ${address}: provided IP is already allocated`,
    );
    return;
  }
  taken.push(() => pools.addresses.free(number, holder));
}

function wantsNodePorts(spec: ServiceSpec): boolean {
  return spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
}

function claimPorts(claiming: Claiming, spec: ServiceSpec): void {
  const list = spec.ports ?? [];
  if (spec.type === 'NodePort' || spec.type === 'LoadBalancer')
    for (const [i, port] of list.entries()) claimPort(claiming, list, port, `spec.ports[${i}].nodePort`);
  if (wantsNodePorts(spec)) for (const [i, port] of list.entries()) fillPort(claiming, list, port, i);
  if (spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local') {
    if (spec.healthCheckNodePort) claimNumber(claiming, spec.healthCheckNodePort, 'spec.healthCheckNodePort');
    else spec.healthCheckNodePort = freePort(claiming, 'spec.healthCheckNodePort');
  }
}

/** Two ports of one service may share a node port when their protocols differ. */
function sharesWith(list: readonly ServicePort[], port: ServicePort): ServicePort | undefined {
  return list.find(
    (other) =>
      other !== port && other.nodePort === port.nodePort && (other.protocol ?? 'TCP') !== (port.protocol ?? 'TCP'),
  );
}

function claimPort(claiming: Claiming, list: readonly ServicePort[], port: ServicePort, field: string): void {
  if (!port.nodePort) return;
  const shared = sharesWith(list, port);
  if (shared && list.indexOf(shared) < list.indexOf(port)) return;
  claimNumber(claiming, port.nodePort, field);
}

function claimNumber({ pools, holder, present, findings, taken }: Claiming, number: number, field: string): void {
  if (present.ports.includes(number)) return;
  const { first, last } = pools.nodePortRange;
  if (!pools.ports.has(number)) {
    findings.invalid(
      field,
      number,
      `provided port is not in the valid range. The range of valid ports is ${first}-${last}`,
    );
    return;
  }
  const by = pools.ports.holder(number);
  if ((by !== undefined && by !== holder) || pools.isReserved(number)) {
    findings.invalid(
      field,
      number,
      pools.isReserved(number) ? 'provided port is reserved for the system' : 'provided port is already allocated',
    );
    return;
  }
  pools.ports.take(number, holder);
  taken.push(() => pools.ports.free(number, holder));
}

function fillPort(claiming: Claiming, list: readonly ServicePort[], port: ServicePort, index: number): void {
  if (port.nodePort) return;
  const twin = list.slice(0, index).find((other) => other.port === port.port && other.nodePort);
  port.nodePort = twin?.nodePort ?? freePort(claiming, `spec.ports[${index}].nodePort`);
}

function freePort({ pools, holder, findings, taken }: Claiming, field: string): number | undefined {
  const number = pools.ports.takeFree(holder);
  if (number === undefined) findings.invalid(field, 0, 'failed to allocate a nodePort: range is full');
  else taken.push(() => pools.ports.free(number, holder));
  return number;
}
