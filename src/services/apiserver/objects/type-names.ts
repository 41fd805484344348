// Finds the type that stands behind an apiVersion and a kind, also of things that are no resource (DeleteOptions, Scale).
import { once } from '#base';
import { resourceFacts, typeFacts } from '#model/kube';

/** "core" of "", "rbac" of "rbac.authorization.k8s.io": how types are named after their group. */
const shortGroups = once(() => new Map(resourceFacts.map((facts) => [facts.group, facts.type.split('.')[0] ?? ''])));

/** The type's name in the facts; undefined when no built-in type is meant. */
export function typeNameOf(apiVersion: string, kind: string): string | undefined {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const own = `${shortGroups().get(group) ?? ''}.${apiVersion.slice(slash + 1)}.${kind}`;
  if (Object.hasOwn(typeFacts, own)) return own;
  const meta = `meta.v1.${kind}`;
  return Object.hasOwn(typeFacts, meta) ? meta : undefined;
}
