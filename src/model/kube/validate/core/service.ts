// Validation of services. Source: Kubernetes concept page "Service".
import type { Service, ServicePort, ServiceSpec } from '../../generated/kinds.ts';
import { CIDR_RULE, IP_RULE, ipFamilyOf, isCidr } from '../address.ts';
import { oneOf, optionalOneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { SERVICE_AFFINITY_SECONDS_MAX } from '../limits.ts';
import { validateLabels } from '../metadata.ts';
import { dnsLabelProblems, dnsSubdomainProblems } from '../names.ts';
import { portNumber, portNumberOrName } from '../numbers.ts';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const POLICIES = ['Cluster', 'Local'];

function validatePorts(spec: ServiceSpec, to: Findings): void {
  const ports = spec.ports ?? [];
  const headless = spec.clusterIP === 'None';
  if (ports.length === 0 && !headless && spec.type !== 'ExternalName') to.required('spec.ports');
  const names = new Set<string>();
  const numbers = new Set<string>();
  const nodePorts = new Set<string>();
  ports.forEach((port, i) => {
    const at = `spec.ports[${i}]`;
    validatePort(port, ports.length > 1, at, to);
    if (port.name && names.has(port.name)) to.duplicate(`${at}.name`, port.name);
    names.add(port.name ?? '');
    const key = `${port.protocol}/${port.port}`;
    if (numbers.has(key)) to.duplicate(at, { protocol: port.protocol, port: port.port });
    numbers.add(key);
    if (!port.nodePort) return;
    const nodeKey = `${port.protocol}/${port.nodePort}`;
    if (spec.type === 'ClusterIP' || spec.type === 'ExternalName')
      to.forbidden(`${at}.nodePort`, `may not be used when \`type\` is '${spec.type}'`);
    if (nodePorts.has(nodeKey)) to.duplicate(`${at}.nodePort`, port.nodePort);
    nodePorts.add(nodeKey);
  });
}

function validatePort(port: ServicePort, needsName: boolean, at: string, to: Findings): void {
  if (port.name) for (const problem of dnsLabelProblems(port.name)) to.invalid(`${at}.name`, port.name, problem);
  else if (needsName) to.required(`${at}.name`);
  portNumber(port.port, `${at}.port`, to);
  oneOf(port.protocol, ['SCTP', 'TCP', 'UDP'], `${at}.protocol`, to);
  portNumberOrName(port.targetPort ?? port.port, `${at}.targetPort`, to);
  if (port.nodePort) portNumber(port.nodePort, `${at}.nodePort`, to);
}

function validateAddresses(spec: ServiceSpec, to: Findings): void {
  const { clusterIP, clusterIPs = [] } = spec;
  if (spec.type === 'ExternalName') {
    if (clusterIP) to.forbidden('spec.clusterIP', "may not be set when `type` is 'ExternalName'");
    if (!spec.externalName) to.required('spec.externalName');
    else
      for (const problem of dnsSubdomainProblems(spec.externalName.replace(/\.$/, '').toLowerCase()))
        to.invalid('spec.externalName', spec.externalName, problem);
    return;
  }
  if (clusterIP === 'None' && spec.type !== 'ClusterIP')
    to.invalid('spec.clusterIPs[0]', clusterIP, `may not be set to 'None' for ${spec.type} services`);
  if (clusterIP !== undefined && clusterIPs.length && clusterIPs[0] !== clusterIP)
    to.invalid('spec.clusterIPs', clusterIPs, 'first value must match `clusterIP`');
  clusterIPs.forEach((address, i) => {
    if (address && address !== 'None' && !ipFamilyOf(address)) to.invalid(`spec.clusterIPs[${i}]`, address, IP_RULE);
  });
  spec.externalIPs?.forEach((address, i) => {
    const at = `spec.externalIPs[${i}]`;
    if (!ipFamilyOf(address)) to.invalid(at, address, IP_RULE);
    else if (/^(127\.|0\.0\.0\.0$|169\.254\.|::1$|::$)/.test(address))
      to.invalid(at, address, 'may not be in the loopback or link-local range');
  });
  spec.loadBalancerSourceRanges?.forEach((range, i) => {
    if (!isCidr(range.trim())) to.invalid(`spec.loadBalancerSourceRanges[${i}]`, range, CIDR_RULE);
  });
}

function validatePolicies(spec: ServiceSpec, to: Findings): void {
  oneOf(spec.sessionAffinity, ['ClientIP', 'None'], 'spec.sessionAffinity', to);
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (seconds !== undefined && (seconds <= 0 || seconds > SERVICE_AFFINITY_SECONDS_MAX))
    to.invalid(
      'spec.sessionAffinityConfig.clientIP.timeoutSeconds',
      seconds,
      `must be greater than 0 and less than ${SERVICE_AFFINITY_SECONDS_MAX}`,
    );
  optionalOneOf(spec.externalTrafficPolicy, POLICIES, 'spec.externalTrafficPolicy', to);
  optionalOneOf(spec.internalTrafficPolicy, POLICIES, 'spec.internalTrafficPolicy', to);
  const external = spec.type === 'NodePort' || spec.type === 'LoadBalancer' || Boolean(spec.externalIPs?.length);
  if (spec.externalTrafficPolicy && !external)
    to.invalid(
      'spec.externalTrafficPolicy',
      spec.externalTrafficPolicy,
      'may only be set for externally-accessible services',
    );
  optionalOneOf(spec.ipFamilyPolicy, ['PreferDualStack', 'RequireDualStack', 'SingleStack'], 'spec.ipFamilyPolicy', to);
  spec.ipFamilies?.forEach((family, i) => {
    optionalOneOf(family, ['IPv4', 'IPv6'], `spec.ipFamilies[${i}]`, to);
  });
  if (spec.healthCheckNodePort && !(spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local'))
    to.invalid(
      'spec.healthCheckNodePort',
      spec.healthCheckNodePort,
      "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
    );
  if (spec.allocateLoadBalancerNodePorts !== undefined && spec.type !== 'LoadBalancer')
    to.forbidden('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'");
  if (spec.loadBalancerClass !== undefined && spec.type !== 'LoadBalancer')
    to.forbidden('spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'");
}

export function validateService(service: Service, to: Findings): void {
  const spec = service.spec;
  if (!spec) {
    to.required('spec');
    return;
  }
  oneOf(spec.type, TYPES, 'spec.type', to);
  validatePorts(spec, to);
  validateLabels(spec.selector, 'spec.selector', to);
  validateAddresses(spec, to);
  validatePolicies(spec, to);
}

/** The address of a service stays; it goes only with a change from or to ExternalName. */
export function validateServiceUpdate(service: Service, old: Service, to: Findings): void {
  const now = service.spec;
  const before = old.spec;
  if (!now || !before) return;
  const addressed = now.type !== 'ExternalName' && before.type !== 'ExternalName';
  if (addressed && before.clusterIP && now.clusterIP !== before.clusterIP)
    to.invalid('spec.clusterIPs[0]', now.clusterIP, 'may not change once set');
  if (
    before.type === 'LoadBalancer' &&
    now.type === 'LoadBalancer' &&
    now.loadBalancerClass !== before.loadBalancerClass
  )
    to.invalid('spec.loadBalancerClass', now.loadBalancerClass, 'may not change once set');
}
