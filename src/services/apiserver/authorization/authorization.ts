// Who may do what in this cluster: masters, then nodes, then RBAC, over live caches of the objects that say so.
// The index of rights is made anew, lazily, after any of the four RBAC kinds changed.
import type { Client } from '#client';
import { resourceOf } from '#client';
import { MASTERS_GROUP, nodeAuthorize, type Rbac, type Rule, rbacOf } from '#engine/authorization';
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  RoleRef,
  SubjectRulesReviewStatus,
} from '#model/kube';
import type { Authorizer, UserInfo } from '../contract.ts';
import { liveNodeGraph } from './node-graph.ts';

const GROUP = 'rbac.authorization.k8s.io';
const EVERYTHING: readonly Rule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

export interface Authorization extends Authorizer {
  /** Every rule that the user has in the namespace; "" for cluster-wide ones alone. */
  rules(user: UserInfo, namespace: string): readonly Rule[];
  /** The rules of the role that a binding in `namespace` refers to. */
  roleRules(ref: RoleRef, namespace: string): readonly Rule[] | undefined;
  /** The status of a SelfSubjectRulesReview. */
  rulesReview(user: UserInfo, namespace: string): SubjectRulesReviewStatus;
  readonly synced: Promise<void>;
  close(): void;
}

/** `client` reads everything; in process its caches cost nothing. */
export function createAuthorization({ client }: { readonly client: Client }): Authorization {
  const clusterRoles = client.cache(resourceOf<ClusterRole>(GROUP, 'v1', 'clusterroles'));
  const clusterRoleBindings = client.cache(resourceOf<ClusterRoleBinding>(GROUP, 'v1', 'clusterrolebindings'));
  const roles = client.cache(resourceOf<Role>(GROUP, 'v1', 'roles'));
  const roleBindings = client.cache(resourceOf<RoleBinding>(GROUP, 'v1', 'rolebindings'));
  const caches = [clusterRoles, clusterRoleBindings, roles, roleBindings];
  const graph = liveNodeGraph(client);
  let rbac: Rbac | undefined;
  const forget = (): void => {
    rbac = undefined;
  };
  const following = caches.map((cache) => cache.onChange(forget));
  const current = (): Rbac => {
    rbac ??= rbacOf({
      clusterRoles: clusterRoles.list(),
      clusterRoleBindings: clusterRoleBindings.list(),
      roles: roles.list(),
      roleBindings: roleBindings.list(),
    });
    return rbac;
  };
  const rules = (user: UserInfo, namespace: string): readonly Rule[] =>
    user.groups.includes(MASTERS_GROUP) ? EVERYTHING : current().rules(user, namespace);
  return {
    synced: Promise.all([...caches.map((cache) => cache.synced), graph.synced]).then(() => undefined),
    authorize(request) {
      if (request.user.groups.includes(MASTERS_GROUP)) return { allowed: true, reason: 'a master' };
      const node = nodeAuthorize(request, graph);
      if (node?.allowed) return node;
      const verdict = current().authorize(request);
      return verdict.allowed || !node ? verdict : node;
    },
    rules,
    roleRules: (ref, namespace) => current().roleRules(ref, namespace),
    rulesReview(user, namespace) {
      const mine = structuredClone(rules(user, namespace)) as PolicyRule[];
      return {
        resourceRules: mine
          .filter((rule) => rule.resources?.length)
          .map(({ verbs, apiGroups, resources, resourceNames }) => ({ verbs, apiGroups, resources, resourceNames })),
        nonResourceRules: mine
          .filter((rule) => rule.nonResourceURLs?.length)
          .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
        incomplete: false,
      };
    },
    close() {
      for (const follow of following) follow.close();
      for (const cache of caches) cache.close();
      graph.close();
    },
  };
}
