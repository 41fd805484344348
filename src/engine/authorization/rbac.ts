// Which rules a person has, from the four kinds of RBAC. The index is made once for a state of those objects and remembers
// what it has worked out for each person; a new state gets a new index. Absent roles give nothing.
// Source: Kubernetes documentation, "Using RBAC Authorization".
import { labelSelectorMatches } from '#base';
import type { ClusterRole, ClusterRoleBinding, RbacV1Subject, Role, RoleBinding, RoleRef } from '#model/kube';
import type { AccessRequest, Person, Verdict } from './access.ts';
import { ANSWERS_REMEMBERED_MAX, PEOPLE_REMEMBERED_MAX } from './limits.ts';
import { type Rule, ruleCovers, ruleNames } from './rules.ts';

export interface RbacObjects {
  readonly clusterRoles: Iterable<ClusterRole>;
  readonly clusterRoleBindings: Iterable<ClusterRoleBinding>;
  readonly roles: Iterable<Role>;
  readonly roleBindings: Iterable<RoleBinding>;
}

export interface Rbac {
  authorize(request: AccessRequest): Verdict;
  /** Every rule that the person has in the namespace, cluster-wide ones included; "" for cluster-wide ones alone. */
  rules(person: Person, namespace: string): readonly Rule[];
  /** The rules of the role that a binding in `namespace` refers to; undefined when there is none such. */
  roleRules(ref: RoleRef, namespace: string): readonly Rule[] | undefined;
}

const SERVICE_ACCOUNT = 'system:serviceaccount:';

/** The rules of a cluster role. An aggregated one has those that it collects by label, through others that collect, too. */
function clusterRoleRules(role: ClusterRole, all: Iterable<ClusterRole>): readonly Rule[] {
  const everyone = [...all];
  const rules = new Map<string, Rule>();
  const visited = new Set<string | undefined>();
  const collect = (from: ClusterRole): void => {
    if (visited.has(from.metadata?.name)) return;
    visited.add(from.metadata?.name);
    const selectors = from.aggregationRule?.clusterRoleSelectors;
    if (!selectors) for (const rule of from.rules ?? []) rules.set(JSON.stringify(rule), rule);
    else
      for (const other of everyone)
        if (selectors.some((selector) => labelSelectorMatches(selector, other.metadata?.labels))) collect(other);
  };
  if (!role.aggregationRule?.clusterRoleSelectors) return role.rules ?? [];
  collect(role);
  return [...rules.values()];
}

/** How a person is named by a subject, as one string; undefined for subjects that name nobody. */
function subjectKey(subject: RbacV1Subject, namespace: string): string | undefined {
  if (subject.kind === 'User') return `u:${subject.name}`;
  if (subject.kind === 'Group') return `g:${subject.name}`;
  if (subject.kind !== 'ServiceAccount') return undefined;
  const where = subject.namespace || namespace;
  return where === '' ? undefined : `u:${SERVICE_ACCOUNT}${where}:${subject.name}`;
}

function personKeys(person: Person): readonly string[] {
  return [`u:${person.name}`, ...person.groups.map((group) => `g:${group}`)];
}

/** Bindings by the key of whom they name. */
function bySubject<B extends RoleBinding>(bindings: Iterable<B>): Map<string, B[]> {
  const index = new Map<string, B[]>();
  for (const binding of bindings)
    for (const subject of binding.subjects ?? []) {
      const key = subjectKey(subject, binding.metadata?.namespace ?? '');
      if (key === undefined) continue;
      const known = index.get(key);
      if (known) known.push(binding);
      else index.set(key, [binding]);
    }
  return index;
}

/** What one person may do, in a form that is quick to ask. */
interface Rights {
  /** Rules by namespace, "" being cluster-wide. */
  readonly rules: ReadonlyMap<string, readonly Rule[]>;
  readonly answers: Map<string, readonly Rule[]>;
}

/** The rules that cover the request for some name; remembered, because the same is asked again and again. */
function covering(rights: Rights, request: AccessRequest): readonly Rule[] {
  const { verb, isResource, group, resource, subresource, namespace, path } = request;
  const key = isResource ? `${verb} ${group}/${resource}/${subresource} ${namespace}` : `${verb} ${path}`;
  let rules = rights.answers.get(key);
  if (rules) return rules;
  const mine = [...(rights.rules.get('') ?? []), ...(namespace === '' ? [] : (rights.rules.get(namespace) ?? []))];
  rules = mine.filter((rule) => ruleCovers(rule, request));
  // One rule without names stands for all of them.
  const open = rules.find((rule) => !rule.resourceNames?.length);
  if (open) rules = [open];
  if (rights.answers.size >= ANSWERS_REMEMBERED_MAX) rights.answers.clear();
  rights.answers.set(key, rules);
  return rules;
}

/** The index for one state of the RBAC objects. Throws nothing; what is malformed gives no rights. */
export function rbacOf(objects: RbacObjects): Rbac {
  const clusterRoles = new Map<string, ClusterRole>();
  for (const role of objects.clusterRoles) clusterRoles.set(role.metadata?.name ?? '', role);
  const roles = new Map<string, Role>();
  for (const role of objects.roles) roles.set(`${role.metadata?.namespace}/${role.metadata?.name}`, role);
  const everywhere = bySubject(objects.clusterRoleBindings);
  const somewhere = bySubject(objects.roleBindings);
  const people = new Map<string, Rights>();
  const aggregated = new Map<string, readonly Rule[]>();

  const roleRules: Rbac['roleRules'] = (ref, namespace) => {
    if (ref.kind === 'Role') {
      const role = roles.get(`${namespace}/${ref.name}`);
      return role && (role.rules ?? []);
    }
    const role = ref.kind === 'ClusterRole' ? clusterRoles.get(ref.name) : undefined;
    if (!role) return undefined;
    let rules = aggregated.get(ref.name);
    if (!rules) {
      rules = clusterRoleRules(role, clusterRoles.values());
      aggregated.set(ref.name, rules);
    }
    return rules;
  };

  const rightsOf = (person: Person): Rights => {
    const keys = personKeys(person);
    const id = keys.join('\0');
    let rights = people.get(id);
    if (rights) return rights;
    const rules = new Map<string, Rule[]>();
    const add = (namespace: string, more: readonly Rule[] = []): void => {
      const known = rules.get(namespace);
      if (known) known.push(...more);
      else rules.set(namespace, [...more]);
    };
    for (const key of keys) {
      for (const binding of everywhere.get(key) ?? []) add('', roleRules(binding.roleRef, ''));
      for (const binding of somewhere.get(key) ?? []) {
        const namespace = binding.metadata?.namespace ?? '';
        if (namespace !== '') add(namespace, roleRules(binding.roleRef, namespace));
      }
    }
    rights = { rules, answers: new Map() };
    if (people.size >= PEOPLE_REMEMBERED_MAX) people.clear();
    people.set(id, rights);
    return rights;
  };

  return {
    roleRules,
    rules(person, namespace) {
      const { rules } = rightsOf(person);
      return [...(rules.get('') ?? []), ...(namespace === '' ? [] : (rules.get(namespace) ?? []))];
    },
    authorize(request) {
      for (const rule of covering(rightsOf(request.user), request))
        if (!request.isResource || ruleNames(rule, request.name)) return { allowed: true, reason: 'RBAC' };
      return { allowed: false, reason: '' };
    },
  };
}
