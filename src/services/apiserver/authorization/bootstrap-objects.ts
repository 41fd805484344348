// The RBAC objects that a cluster is started with, made from the texts beside this file. The API server creates those that are
// missing on every start; those that exist are the operator's.
import { NODE_RULES } from '#engine/authorization';
import type {
  ClusterRole,
  ClusterRoleBinding,
  ObjectMeta,
  PolicyRule,
  RbacV1Subject,
  Role,
  RoleBinding,
} from '#model/kube';
import { CONTROLLER_ROLES } from './bootstrap-controller-roles.ts';
import {
  AGGREGATE_PARTS,
  AGGREGATED_ROLES,
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  NAMESPACED_ROLES,
} from './bootstrap-roles.ts';
import { ruleOfText } from './rule-text.ts';

export interface BootstrapRbac {
  readonly clusterRoles: readonly ClusterRole[];
  readonly clusterRoleBindings: readonly ClusterRoleBinding[];
  readonly roles: readonly Role[];
  readonly roleBindings: readonly RoleBinding[];
}

const GROUP = 'rbac.authorization.k8s.io';
const API_VERSION = `${GROUP}/v1`;
const CONTROLLER = 'system:controller:';

const aggregateLabel = (role: string): string => `${GROUP}/aggregate-to-${role}`;

function metadata(name: string, labels: Record<string, string> = {}, namespace?: string): ObjectMeta {
  return {
    name,
    ...(namespace && { namespace }),
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
  };
}

function subject(text: string): RbacV1Subject {
  const name = text.slice(2);
  if (text.startsWith('s:')) return { kind: 'ServiceAccount', name, namespace: 'kube-system' };
  return { apiGroup: GROUP, kind: text.startsWith('g:') ? 'Group' : 'User', name };
}

function clusterRole(name: string, rules: readonly PolicyRule[], labels?: Record<string, string>): ClusterRole {
  return { apiVersion: API_VERSION, kind: 'ClusterRole', metadata: metadata(name, labels), rules: [...rules] };
}

function clusterRoles(): ClusterRole[] {
  const made = Object.entries(CLUSTER_ROLES).map(([name, texts]) => {
    const into = AGGREGATE_PARTS[name]?.into ?? [];
    return clusterRole(
      name,
      texts.map(ruleOfText),
      Object.fromEntries(into.map((role) => [aggregateLabel(role), 'true'])),
    );
  });
  made.push(clusterRole('system:node', structuredClone(NODE_RULES) as PolicyRule[]));
  for (const [name, texts] of Object.entries(CONTROLLER_ROLES))
    made.push(clusterRole(CONTROLLER + name, texts.map(ruleOfText)));
  for (const name of AGGREGATED_ROLES) {
    // view is part of edit, edit of admin: so whoever adds to one of them adds to those above it.
    const label = aggregateLabel(name);
    const rules = made.filter((role) => role.metadata?.labels?.[label] === 'true').flatMap((role) => role.rules ?? []);
    const role = clusterRole(
      name,
      rules,
      name === 'admin' ? {} : { [aggregateLabel(name === 'edit' ? 'admin' : 'edit')]: 'true' },
    );
    made.push({ ...role, aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: 'true' } }] } });
  }
  return made;
}

function clusterRoleBinding(role: string, subjects: readonly string[]): ClusterRoleBinding {
  return {
    apiVersion: API_VERSION,
    kind: 'ClusterRoleBinding',
    metadata: metadata(role),
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role },
    ...(subjects.length > 0 && { subjects: subjects.map(subject) }),
  };
}

/** Fresh objects on every call. Namespaced ones stand in kube-system and kube-public. */
export function bootstrapRbacObjects(): BootstrapRbac {
  const bindings = Object.entries(CLUSTER_ROLE_BINDINGS).map(([role, subjects]) => clusterRoleBinding(role, subjects));
  for (const name of Object.keys(CONTROLLER_ROLES)) bindings.push(clusterRoleBinding(CONTROLLER + name, [`s:${name}`]));
  return {
    clusterRoles: clusterRoles(),
    clusterRoleBindings: bindings,
    roles: NAMESPACED_ROLES.map(({ namespace, name, rules }) => ({
      apiVersion: API_VERSION,
      kind: 'Role',
      metadata: metadata(name, {}, namespace),
      rules: rules.map(ruleOfText),
    })),
    roleBindings: NAMESPACED_ROLES.map(({ namespace, name, subjects }) => ({
      apiVersion: API_VERSION,
      kind: 'RoleBinding',
      metadata: metadata(name, {}, namespace),
      roleRef: { apiGroup: GROUP, kind: 'Role', name },
      subjects: subjects.map(subject),
    })),
  };
}
