// Validation of network policies.
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../../generated/kinds.ts';
import { CIDR_RULE, isCidr } from '../address.ts';
import { oneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { labelSelector } from '../label-selector.ts';
import { portNumberOrName } from '../numbers.ts';

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
