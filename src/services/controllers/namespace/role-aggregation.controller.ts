// Fills cluster roles that are put together from others by label. Source: Kubernetes reference "Using RBAC Authorization",
// "Aggregated ClusterRoles".
import { labelSelectorMatches, sameJson, stableJson } from '#base';
import type { ClusterRole, PolicyRule } from '#model/kube';
import { type Controller, nameOf, nameOfKey } from '#reconcile';
import type { ControllerContext } from '../context.ts';

/** The rules of all roles that the selectors choose, each once, by name of role. */
export function aggregatedRules(role: ClusterRole, roles: readonly ClusterRole[]): PolicyRule[] {
  const selectors = role.aggregationRule?.clusterRoleSelectors ?? [];
  const chosen = roles
    .filter((other) => other.metadata?.name !== role.metadata?.name)
    .filter((other) => selectors.some((selector) => labelSelectorMatches(selector, other.metadata?.labels)))
    .sort((a, b) => ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1));
  const rules = new Map(chosen.flatMap((other) => other.rules ?? []).map((rule) => [stableJson(rule), rule]));
  return [...rules.values()];
}

export function roleAggregationController(context: ControllerContext): Controller {
  const { caches, client, kinds } = context;
  const aggregated = (): string[] =>
    caches.clusterRoles
      .list()
      .filter((role) => role.aggregationRule)
      .map((role) => role.metadata?.name ?? '');
  return {
    name: 'clusterrole-aggregation-controller',
    watches: [{ cache: caches.clusterRoles, keys: aggregated }],
    async reconcile(key) {
      const role = caches.clusterRoles.get(nameOfKey(key));
      if (!role?.aggregationRule || role.metadata?.deletionTimestamp) return;
      const rules = aggregatedRules(role, caches.clusterRoles.list());
      if (sameJson(rules, role.rules ?? [])) return;
      const metadata = { resourceVersion: role.metadata?.resourceVersion };
      await client.patch(kinds.clusterRoles, nameOf(role), { type: 'merge', body: { metadata, rules } });
    },
  };
}
