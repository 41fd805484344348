// Validation of roles. Source: Kubernetes concept page "Using RBAC Authorization".
import type { ClusterRole, PolicyRule, Role } from '../../generated/kinds.ts';
import type { Findings } from '../finding.ts';
import { labelSelector } from '../label-selector.ts';

function validateRule(rule: PolicyRule, at: string, to: Findings, options: { readonly namespaced: boolean }): void {
  if (!rule.verbs?.length) to.required(`${at}.verbs`, 'verbs must contain at least one value');
  if (rule.nonResourceURLs?.length) {
    if (options.namespaced)
      to.invalid(`${at}.nonResourceURLs`, rule.nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs');
    if (rule.apiGroups?.length || rule.resources?.length || rule.resourceNames?.length)
      to.invalid(
        `${at}.nonResourceURLs`,
        rule.nonResourceURLs,
        'rules cannot apply to both regular resources and non-resource URLs',
      );
    return;
  }
  if (!rule.apiGroups?.length) to.required(`${at}.apiGroups`, 'resource rules must supply at least one api group');
  if (!rule.resources?.length) to.required(`${at}.resources`, 'resource rules must supply at least one resource');
}

export function validateRole(role: Role, to: Findings): void {
  role.rules?.forEach((rule, i) => {
    validateRule(rule, `rules[${i}]`, to, { namespaced: true });
  });
}

export function validateClusterRole(role: ClusterRole, to: Findings): void {
  role.rules?.forEach((rule, i) => {
    validateRule(rule, `rules[${i}]`, to, { namespaced: false });
  });
  const selectors = role.aggregationRule?.clusterRoleSelectors;
  if (role.aggregationRule && !selectors?.length)
    to.required(
      'aggregationRule.clusterRoleSelectors',
      'at least one clusterRoleSelector required if aggregationRule is non-nil',
    );
  selectors?.forEach((selector, i) => {
    labelSelector(selector, `aggregationRule.clusterRoleSelectors[${i}]`, to);
  });
}
