// Whether a node is one that a pod, or a volume, may or would like to be on. Source: Kubernetes concepts "Assigning Pods to
// Nodes". Terms are alternatives, the requirements of a term hold together; a term without requirements selects nothing.
import { labelsInclude } from '#base';
import type { Node, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from '#model/kube';

function requirementHolds(requirement: NodeSelectorRequirement, value: string | undefined): boolean {
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

export function nodeTermMatches(term: NodeSelectorTerm, node: Node): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length + matchFields.length === 0) return false;
  return (
    matchExpressions.every((r) => requirementHolds(r, node.metadata?.labels?.[r.key])) &&
    matchFields.every((r) => requirementHolds(r, r.key === 'metadata.name' ? node.metadata?.name : undefined))
  );
}

export function nodeSelectorMatches(selector: NodeSelector | undefined, node: Node): boolean {
  return !selector || selector.nodeSelectorTerms.some((term) => nodeTermMatches(term, node));
}

/** Node selector and required node affinity of a pod together. */
export function podAcceptsNode(spec: PodSpec | undefined, node: Node): boolean {
  return (
    labelsInclude(spec?.nodeSelector, node.metadata?.labels) &&
    nodeSelectorMatches(spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution, node)
  );
}
