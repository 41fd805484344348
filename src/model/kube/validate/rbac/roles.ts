// Validation of roles and bindings. Source: Kubernetes concept page "Using RBAC Authorization".
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  RbacV1Subject,
  Role,
  RoleBinding,
} from '../../generated/kinds.ts';
import { semanticEqual } from '../../strategy/semantic.ts';
import type { Findings } from '../finding.ts';
import { dnsSubdomainProblems } from '../names.ts';
import { labelSelector } from '../rules.ts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';

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

function validateSubject(
  subject: RbacV1Subject,
  at: string,
  to: Findings,
  options: { readonly namespaced: boolean },
): void {
  if (!subject.name) to.required(`${at}.name`);
  switch (subject.kind) {
    case 'ServiceAccount':
      if (subject.name)
        for (const problem of dnsSubdomainProblems(subject.name)) to.invalid(`${at}.name`, subject.name, problem);
      if (subject.apiGroup) to.notSupported(`${at}.apiGroup`, subject.apiGroup, ['']);
      if (!options.namespaced && !subject.namespace) to.required(`${at}.namespace`);
      return;
    case 'User':
    case 'Group':
      if (subject.apiGroup !== RBAC_GROUP) to.notSupported(`${at}.apiGroup`, subject.apiGroup, [RBAC_GROUP]);
      return;
    default:
      to.notSupported(`${at}.kind`, subject.kind, ['Group', 'ServiceAccount', 'User']);
  }
}

function validateBinding(
  binding: RoleBinding,
  kinds: readonly string[],
  to: Findings,
  options: { readonly namespaced: boolean },
): void {
  const { apiGroup, kind, name } = binding.roleRef ?? {};
  if (apiGroup !== RBAC_GROUP) to.notSupported('roleRef.apiGroup', apiGroup, [RBAC_GROUP]);
  if (!kinds.includes(kind ?? '')) to.notSupported('roleRef.kind', kind, kinds);
  if (!name) to.required('roleRef.name');
  binding.subjects?.forEach((subject, i) => {
    validateSubject(subject, `subjects[${i}]`, to, options);
  });
}

export function validateRoleBinding(binding: RoleBinding, to: Findings): void {
  validateBinding(binding, ['ClusterRole', 'Role'], to, { namespaced: true });
}

export function validateClusterRoleBinding(binding: ClusterRoleBinding, to: Findings): void {
  validateBinding(binding, ['ClusterRole'], to, { namespaced: false });
}

export function validateBindingUpdate(now: RoleBinding, old: RoleBinding, to: Findings): void {
  if (!semanticEqual(now.roleRef, old.roleRef)) to.invalid('roleRef', now.roleRef, 'cannot change roleRef');
}
