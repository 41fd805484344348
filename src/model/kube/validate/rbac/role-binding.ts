// Validation of bindings of roles to subjects. Source: Kubernetes concept page "Using RBAC Authorization".
import type { ClusterRoleBinding, RbacV1Subject, RoleBinding } from '../../generated/kinds.ts';
import { semanticEqual } from '../../strategy/semantic.ts';
import type { Findings } from '../finding.ts';
import { dnsSubdomainProblems } from '../names.ts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';

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
