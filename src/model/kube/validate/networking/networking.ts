// Validation of ingresses, network policies and endpoint slices.
import type {
  EndpointSlice,
  HTTPIngressPath,
  Ingress,
  IngressBackend,
  IngressClass,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from '../../generated/kinds.ts';
import { CIDR_RULE, ipFamilyOf, isCidr } from '../address.ts';
import type { Findings } from '../finding.ts';
import { ENDPOINT_ADDRESSES_MAX, ENDPOINT_PORTS_MAX, ENDPOINTS_MAX } from '../limits.ts';
import { dns1035Problems, dnsSubdomainProblems } from '../names.ts';
import { labelSelector, oneOf, portNumber, portNumberOrName } from '../rules.ts';

function validateBackend(backend: IngressBackend, field: string, to: Findings): void {
  const { service, resource } = backend;
  if (service && resource) {
    to.invalid(field, '', 'cannot set both resource and service backends');
    return;
  }
  if (!service && !resource) {
    to.required(field, 'either service or resource backend is required');
    return;
  }
  if (!service) return;
  if (!service.name) to.required(`${field}.service.name`);
  else for (const problem of dns1035Problems(service.name)) to.invalid(`${field}.service.name`, service.name, problem);
  const { name, number } = service.port ?? {};
  if (name && number) to.invalid(field, '', 'cannot set both port name & port number');
  else if (name) portNumberOrName(name, `${field}.service.port.name`, to);
  else if (number) portNumber(number, `${field}.service.port.number`, to);
  else to.required(field, 'port name or number is required');
}

function validatePath(path: HTTPIngressPath, field: string, to: Findings): void {
  oneOf(path.pathType, ['Exact', 'ImplementationSpecific', 'Prefix'], `${field}.pathType`, to);
  const text = path.path ?? '';
  if (path.pathType !== 'ImplementationSpecific' || text) {
    if (!text.startsWith('/')) to.invalid(`${field}.path`, text, 'must be an absolute path');
    else if (path.pathType !== 'ImplementationSpecific')
      for (const bad of ['//', '/./', '/../', '%2f', '%2F'])
        if (text.includes(bad)) to.invalid(`${field}.path`, text, `must not contain '${bad}'`);
  }
  if (!path.backend) to.required(`${field}.backend`);
  else validateBackend(path.backend, `${field}.backend`, to);
}

export function validateIngress(ingress: Ingress, to: Findings): void {
  const spec = ingress.spec;
  if (!spec?.rules?.length && !spec?.defaultBackend) {
    to.invalid('spec', spec?.rules ?? [], 'either `defaultBackend` or `rules` must be specified');
    return;
  }
  if (spec.defaultBackend) validateBackend(spec.defaultBackend, 'spec.defaultBackend', to);
  if (spec.ingressClassName)
    for (const problem of dnsSubdomainProblems(spec.ingressClassName))
      to.invalid('spec.ingressClassName', spec.ingressClassName, problem);
  spec.rules?.forEach((rule, i) => {
    const at = `spec.rules[${i}]`;
    if (rule.host) {
      const host = rule.host.replace(/^\*\./, '');
      if (ipFamilyOf(rule.host)) to.invalid(`${at}.host`, rule.host, 'must be a DNS name, not an IP address');
      else for (const problem of dnsSubdomainProblems(host)) to.invalid(`${at}.host`, rule.host, problem);
    }
    if (rule.http && !rule.http.paths?.length) to.required(`${at}.http.paths`);
    rule.http?.paths?.forEach((path, j) => {
      validatePath(path, `${at}.http.paths[${j}]`, to);
    });
  });
}

export function validateIngressClass(ingressClass: IngressClass, to: Findings): void {
  const { controller, parameters } = ingressClass.spec ?? {};
  if (!controller) to.required('spec.controller');
  else if (!controller.includes('/'))
    to.invalid('spec.controller', controller, 'must be a domain-prefixed path (such as "acme.io/foo")');
  if (!parameters) return;
  if (!parameters.kind) to.required('spec.parameters.kind');
  if (!parameters.name) to.required('spec.parameters.name');
  if (parameters.scope === 'Namespace' && !parameters.namespace)
    to.required('spec.parameters.namespace', "`parameters.scope` is set to 'Namespace'");
}

export function validateIngressClassUpdate(now: IngressClass, old: IngressClass, to: Findings): void {
  if (now.spec?.controller !== old.spec?.controller)
    to.invalid('spec.controller', now.spec?.controller, 'field is immutable');
}

function validatePolicyPort(port: NetworkPolicyPort, at: string, to: Findings): void {
  oneOf(port.protocol, ['SCTP', 'TCP', 'UDP'], `${at}.protocol`, to);
  if (port.port === undefined) {
    if (port.endPort !== undefined)
      to.invalid(`${at}.endPort`, port.endPort, 'may not be specified when `port` is not specified');
    return;
  }
  portNumberOrName(port.port, `${at}.port`, to);
  if (port.endPort === undefined) return;
  if (typeof port.port === 'string')
    to.invalid(`${at}.endPort`, port.endPort, 'may not be specified when `port` is non-numeric');
  else if (port.endPort < port.port)
    to.invalid(`${at}.endPort`, port.endPort, 'must be greater than or equal to `port`');
}

function validatePeer(peer: NetworkPolicyPeer, at: string, to: Findings): void {
  if (!peer.podSelector && !peer.namespaceSelector && !peer.ipBlock) to.required(at, 'must specify a peer');
  if (peer.ipBlock && (peer.podSelector || peer.namespaceSelector))
    to.forbidden(at, 'may not specify both ipBlock and another peer');
  labelSelector(peer.podSelector, `${at}.podSelector`, to);
  labelSelector(peer.namespaceSelector, `${at}.namespaceSelector`, to);
  if (!peer.ipBlock) return;
  if (!peer.ipBlock.cidr) to.required(`${at}.ipBlock.cidr`);
  else if (!isCidr(peer.ipBlock.cidr)) to.invalid(`${at}.ipBlock.cidr`, peer.ipBlock.cidr, CIDR_RULE);
  peer.ipBlock.except?.forEach((range, i) => {
    if (!isCidr(range)) to.invalid(`${at}.ipBlock.except[${i}]`, range, CIDR_RULE);
  });
}

export function validateNetworkPolicy(policy: NetworkPolicy, to: Findings): void {
  const spec = policy.spec;
  if (!spec) return;
  labelSelector(spec.podSelector, 'spec.podSelector', to);
  const check = (
    rule: { ports?: NetworkPolicyPort[] },
    peers: NetworkPolicyPeer[] | undefined,
    at: string,
    side: string,
  ) => {
    rule.ports?.forEach((port, j) => {
      validatePolicyPort(port, `${at}.ports[${j}]`, to);
    });
    peers?.forEach((peer, j) => {
      validatePeer(peer, `${at}.${side}[${j}]`, to);
    });
  };
  spec.ingress?.forEach((rule, i) => {
    check(rule, rule.from, `spec.ingress[${i}]`, 'from');
  });
  spec.egress?.forEach((rule, i) => {
    check(rule, rule.to, `spec.egress[${i}]`, 'to');
  });
  spec.policyTypes?.forEach((type, i) => {
    oneOf(type, ['Egress', 'Ingress'], `spec.policyTypes[${i}]`, to);
  });
}

export function validateEndpointSlice(slice: EndpointSlice, to: Findings): void {
  oneOf(slice.addressType, ['FQDN', 'IPv4', 'IPv6'], 'addressType', to);
  const endpoints = slice.endpoints ?? [];
  if (endpoints.length > ENDPOINTS_MAX) to.tooMany('endpoints', endpoints.length, ENDPOINTS_MAX);
  endpoints.forEach((endpoint, i) => {
    const at = `endpoints[${i}].addresses`;
    const { addresses = [] } = endpoint;
    if (addresses.length === 0) to.required(at, 'must contain at least 1 address');
    if (addresses.length > ENDPOINT_ADDRESSES_MAX) to.tooMany(at, addresses.length, ENDPOINT_ADDRESSES_MAX);
    addresses.forEach((address, j) => {
      const family = slice.addressType === 'IPv4' ? 4 : slice.addressType === 'IPv6' ? 6 : undefined;
      if (family && ipFamilyOf(address) !== family)
        to.invalid(`${at}[${j}]`, address, `must be a valid ${slice.addressType} address`);
    });
  });
  if ((slice.ports?.length ?? 0) > ENDPOINT_PORTS_MAX)
    to.tooMany('ports', slice.ports?.length ?? 0, ENDPOINT_PORTS_MAX);
  const names = new Set<string>();
  slice.ports?.forEach((port, i) => {
    if (names.has(port.name ?? '')) to.duplicate(`ports[${i}].name`, port.name);
    names.add(port.name ?? '');
    oneOf(port.protocol, ['SCTP', 'TCP', 'UDP'], `ports[${i}].protocol`, to);
  });
}

export function validateEndpointSliceUpdate(now: EndpointSlice, old: EndpointSlice, to: Findings): void {
  if (now.addressType !== old.addressType) to.invalid('addressType', now.addressType, 'field is immutable');
}
