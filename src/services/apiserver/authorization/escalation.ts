// Nobody grants what he has not: a change of a role or binding is refused when it would give rights beyond the
// writer's own, unless he has the verb `escalate` on the role, or `bind` on the role that is bound.
// Source: Kubernetes documentation, "Using RBAC Authorization", privilege escalation prevention and bootstrapping.
import { ApiError } from '#client';
import { MASTERS_GROUP, type Rule, rulesBeyond } from '#engine/authorization';
import type { ClusterRole, RoleBinding } from '#model/kube';
import type { AdmissionPlugin, AdmissionRequest, UserInfo } from '../contract.ts';
import type { Authorization } from './authorization.ts';

const GROUP = 'rbac.authorization.k8s.io';
const MISSING_SHOWN_MAX = 10;

function ruleText(rule: Rule): string {
  const what = rule.nonResourceURLs
    ? { nonResourceURLs: rule.nonResourceURLs }
    : { apiGroups: rule.apiGroups, resources: rule.resources, resourceNames: rule.resourceNames };
  return JSON.stringify({ ...what, verbs: rule.verbs });
}

function refuse(request: AdmissionRequest, beyond: readonly Rule[]): never {
  const { group, resource } = request.resource;
  const shown = beyond.slice(0, MISSING_SHOWN_MAX).map(ruleText).join('\n');
  const { name } = request;
  throw new ApiError(
    403,
    'Forbidden',
    `${resource}.${group} "${name}" is forbidden: user "${request.user.name}" (groups=${JSON.stringify(request.user.groups)}) is attempting to grant RBAC permissions not currently held:\n${shown}`,
    { name, group, kind: resource },
  );
}

function may(
  authorization: Authorization,
  user: UserInfo,
  verb: string,
  at: { resource: string; namespace: string; name: string },
): boolean {
  return authorization.authorize({
    user,
    verb,
    isResource: true,
    path: '',
    group: GROUP,
    version: 'v1',
    subresource: '',
    ...at,
  }).allowed;
}

export function rbacEscalation(authorization: Authorization): AdmissionPlugin {
  const checkRole = (request: AdmissionRequest, role: ClusterRole, old: ClusterRole | undefined): void => {
    const same =
      JSON.stringify([old?.rules, old?.aggregationRule]) === JSON.stringify([role.rules, role.aggregationRule]);
    if (old && same) return;
    const { namespace, name } = request;
    if (may(authorization, request.user, 'escalate', { resource: request.resource.resource, namespace, name })) return;
    // Whoever lets a role collect rules from elsewhere must have everything.
    const wanted = role.aggregationRule
      ? [
          { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
          { verbs: ['*'], nonResourceURLs: ['*'] },
        ]
      : (role.rules ?? []);
    const beyond = rulesBeyond(wanted, authorization.rules(request.user, namespace));
    if (beyond.length > 0) refuse(request, beyond);
  };
  const checkBinding = (request: AdmissionRequest, binding: RoleBinding, old: RoleBinding | undefined): void => {
    if (old && JSON.stringify([old.subjects, old.roleRef]) === JSON.stringify([binding.subjects, binding.roleRef]))
      return;
    const { namespace } = request;
    const { kind, name } = binding.roleRef;
    const resource = kind === 'Role' ? 'roles' : 'clusterroles';
    if (may(authorization, request.user, 'bind', { resource, namespace, name })) return;
    const rules = authorization.roleRules(binding.roleRef, namespace);
    if (!rules)
      throw new ApiError(404, 'NotFound', `${resource}.${GROUP} "${name}" not found`, {
        name,
        group: GROUP,
        kind: resource,
      });
    const beyond = rulesBeyond(rules, authorization.rules(request.user, namespace));
    if (beyond.length > 0) refuse(request, beyond);
  };
  return {
    name: 'RbacEscalation',
    validate(request) {
      if (request.resource.group !== GROUP || request.operation === 'DELETE' || request.subresource !== '') return;
      if (!request.object || request.user.groups.includes(MASTERS_GROUP)) return;
      const { object, oldObject } = request;
      if (request.resource.resource.endsWith('bindings'))
        checkBinding(request, object as RoleBinding, oldObject as RoleBinding | undefined);
      else checkRole(request, object as ClusterRole, oldObject as ClusterRole | undefined);
    },
  };
}
