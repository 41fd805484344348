// Keeps what the server allocated to a service through updates, and drops what a change of type makes meaningless.
import type { ServicePort, ServiceSpec } from '../generated/kinds.ts';

const needsClusterIp = (spec: ServiceSpec) => spec.type !== 'ExternalName';
const needsNodePort = (spec: ServiceSpec) =>
  spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
const needsHealthPort = (spec: ServiceSpec) => spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
const portKey = (port: ServicePort) => `${port.protocol ?? 'TCP'}/${port.port}`;

/** Clients that update without addresses and node ports (from a manifest) keep those that the service has. */
export function keepAllocations(spec: ServiceSpec | undefined, old: ServiceSpec | undefined): void {
  if (!spec || !old) return;
  if (needsClusterIp(spec) && needsClusterIp(old)) {
    if (!spec.clusterIP && old.clusterIP) spec.clusterIP = old.clusterIP;
    if (!spec.clusterIPs?.length && old.clusterIPs && spec.clusterIP === old.clusterIP)
      spec.clusterIPs = old.clusterIPs;
  }
  if (needsNodePort(spec) && needsNodePort(old)) keepNodePorts(spec, old);
  if (needsHealthPort(spec) && needsHealthPort(old)) spec.healthCheckNodePort ||= old.healthCheckNodePort;
}

function keepNodePorts(spec: ServiceSpec, old: ServiceSpec): void {
  const before = new Map(old.ports?.map((port) => [portKey(port), port.nodePort]));
  const taken = new Set(spec.ports?.map((port) => port.nodePort));
  for (const port of spec.ports ?? []) {
    const nodePort = port.nodePort ? undefined : before.get(portKey(port));
    if (nodePort && !taken.has(nodePort)) port.nodePort = nodePort;
  }
}

const sameNodePorts = (spec: ServiceSpec, old: ServiceSpec) => {
  const before = new Set(old.ports?.map((port) => port.nodePort ?? 0));
  return (spec.ports ?? []).every((port) => before.has(port.nodePort ?? 0));
};

/** Fields that only mean something for the type that the service had; what the client set anew stays, for validation to judge. */
export function dropTypeDependents(spec: ServiceSpec | undefined, old: ServiceSpec | undefined): void {
  if (!spec || !old) return;
  if (needsClusterIp(old) && !needsClusterIp(spec) && spec.clusterIP === old.clusterIP) {
    delete spec.clusterIP;
    delete spec.clusterIPs;
    delete spec.ipFamilies;
    delete spec.ipFamilyPolicy;
    delete spec.internalTrafficPolicy;
  }
  if (needsNodePort(old) && !needsNodePort(spec) && sameNodePorts(spec, old))
    for (const port of spec.ports ?? []) delete port.nodePort;
  if (needsHealthPort(old) && !needsHealthPort(spec) && spec.healthCheckNodePort === old.healthCheckNodePort)
    delete spec.healthCheckNodePort;
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === old.allocateLoadBalancerNodePorts)
      delete spec.allocateLoadBalancerNodePorts;
    if (spec.loadBalancerClass === old.loadBalancerClass) delete spec.loadBalancerClass;
  }
  const external = spec.type === 'NodePort' || spec.type === 'LoadBalancer' || Boolean(spec.externalIPs?.length);
  if (!external && spec.externalTrafficPolicy === old.externalTrafficPolicy) delete spec.externalTrafficPolicy;
}
