// Validation of nodes.
import type { Node } from '../../generated/kinds.ts';
import { qualifiedNameProblems } from '../../selector/label-syntax.ts';
import { CIDR_RULE, isCidr } from '../address.ts';
import { oneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { quantity } from '../numbers.ts';

const EFFECTS = ['NoExecute', 'NoSchedule', 'PreferNoSchedule'];

export function validateNode(node: Node, to: Findings): void {
  const seen = new Set<string>();
  node.spec?.taints?.forEach((taint, i) => {
    const at = `spec.taints[${i}]`;
    for (const problem of qualifiedNameProblems(taint.key ?? '')) to.invalid(`${at}.key`, taint.key, problem);
    oneOf(taint.effect, EFFECTS, `${at}.effect`, to);
    const key = `${taint.key}/${taint.effect}`;
    if (seen.has(key)) to.duplicate(at, taint);
    seen.add(key);
  });
  node.spec?.podCIDRs?.forEach((range, i) => {
    if (!isCidr(range)) to.invalid(`spec.podCIDRs[${i}]`, range, CIDR_RULE);
  });
  for (const kind of ['capacity', 'allocatable'] as const)
    for (const name in node.status?.[kind]) quantity(node.status?.[kind]?.[name], `status.${kind}[${name}]`, to);
}

export function validateNodeUpdate(node: Node, old: Node, to: Findings): void {
  const { podCIDR, providerID } = old.spec ?? {};
  if (podCIDR && node.spec?.podCIDR !== podCIDR)
    to.forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid');
  if (providerID && node.spec?.providerID !== providerID)
    to.forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid');
}
