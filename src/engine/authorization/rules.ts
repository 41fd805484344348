// Whether RBAC rules allow a request, and whether one set of rules is within another (nobody grants what he has not).
// Source: Kubernetes documentation, "Using RBAC Authorization"; rbac.authorization.k8s.io/v1 PolicyRule.
import type { AccessRequest } from './access.ts';

/** A PolicyRule that nobody changes. */
export interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

function has(list: readonly string[] | undefined, wanted: string): boolean {
  return list !== undefined && (list.includes(wanted) || list.includes('*'));
}

/** Resources of a rule are "pods", "pods/log", "*", and "*\/scale" (a subresource of anything). */
function namesResource(rule: Rule, resource: string, subresource: string): boolean {
  if (rule.resources === undefined) return false;
  if (rule.resources.includes('*')) return true;
  if (subresource === '') return rule.resources.includes(resource);
  return rule.resources.includes(`${resource}/${subresource}`) || rule.resources.includes(`*/${subresource}`);
}

function namesPath(rule: Rule, path: string): boolean {
  for (const pattern of rule.nonResourceURLs ?? []) {
    if (pattern === '*' || pattern === path) return true;
    if (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1))) return true;
  }
  return false;
}

/** Whether the rule allows the request for some object's name, leaving `resourceNames` aside. */
export function ruleCovers(rule: Rule, request: Omit<AccessRequest, 'user' | 'name' | 'namespace'>): boolean {
  if (!has(rule.verbs, request.verb)) return false;
  if (!request.isResource) return namesPath(rule, request.path);
  return has(rule.apiGroups, request.group) && namesResource(rule, request.resource, request.subresource);
}

/** Whether the rule's `resourceNames` let this name through; without any, all are. */
export function ruleNames(rule: Rule, name: string): boolean {
  return !rule.resourceNames?.length || rule.resourceNames.includes(name);
}

export function ruleAllows(rule: Rule, request: AccessRequest): boolean {
  return ruleCovers(rule, request) && (!request.isResource || ruleNames(rule, request.name));
}

/** The rule cut into rules that each have one verb and one group, resource and name (or one path). */
function* atoms(rule: Rule): Iterable<Rule> {
  for (const verb of rule.verbs) {
    for (const url of rule.nonResourceURLs ?? []) yield { verbs: [verb], nonResourceURLs: [url] };
    for (const group of rule.apiGroups ?? [])
      for (const resource of rule.resources ?? [])
        yield* byName({ verbs: [verb], apiGroups: [group], resources: [resource] }, rule.resourceNames);
  }
}

/** The rule once a name; as it is when it is for all names. */
function* byName(rule: Rule, names: readonly string[] = []): Iterable<Rule> {
  if (names.length === 0) yield rule;
  for (const name of names) yield { ...rule, resourceNames: [name] };
}

function within(atom: Rule, owned: Rule): boolean {
  if (!has(owned.verbs, atom.verbs[0] ?? '')) return false;
  const url = atom.nonResourceURLs?.[0];
  if (url !== undefined) return namesPath(owned, url);
  const [resource = '', subresource = ''] = (atom.resources?.[0] ?? '').split('/');
  const names = atom.resourceNames?.[0];
  if (!has(owned.apiGroups, atom.apiGroups?.[0] ?? '') || !namesResource(owned, resource, subresource)) return false;
  return !owned.resourceNames?.length || (names !== undefined && owned.resourceNames.includes(names));
}

/** The parts of `wanted` that are not within `owned`; none means that the owner may grant all of it. */
export function rulesBeyond(wanted: readonly Rule[], owned: readonly Rule[]): readonly Rule[] {
  const beyond: Rule[] = [];
  for (const rule of wanted)
    for (const atom of atoms(rule)) if (!owned.some((own) => within(atom, own))) beyond.push(atom);
  return beyond;
}
