// Defaults of the networking and discovery groups.
import type { EndpointSlice, IngressClass, NetworkPolicy } from '../../generated/kinds.ts';

/** A policy that says nothing of types covers ingress, and egress when it has egress rules. */
export function defaultNetworkPolicy(policy: NetworkPolicy): void {
  const spec = policy.spec;
  if (!spec) return;
  if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'];
  for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])])
    for (const port of rule.ports ?? []) port.protocol ||= 'TCP';
}

export function defaultIngressClass(ingressClass: IngressClass): void {
  if (ingressClass.spec?.parameters) ingressClass.spec.parameters.scope ||= 'Cluster';
}

export function defaultEndpointSlice(slice: EndpointSlice): void {
  for (const port of slice.ports ?? []) {
    port.name ??= '';
    port.protocol ||= 'TCP';
  }
}
