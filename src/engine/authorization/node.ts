// What a node may do: read what its pods need, keep its own objects, and a fixed list of rules. The graph of what pods refer
// to is passed in. Admission (NodeRestriction) further narrows what the writes may say.
// Source: Kubernetes documentation, "Using Node Authorization".
import type { AccessRequest, Person, Verdict } from './access.ts';
import { type Rule, ruleAllows } from './rules.ts';

const NODE_USER = 'system:node:';
const NODES_GROUP = 'system:nodes';

/** The name of the node that this identity is for; undefined for everybody else. */
export function nodeNameOf(person: Person): string | undefined {
  if (!person.name.startsWith(NODE_USER) || !person.groups.includes(NODES_GROUP)) return undefined;
  return person.name.slice(NODE_USER.length) || undefined;
}

/** Who refers to what, for nodes. */
export interface NodeGraph {
  /** Whether a pod of this node refers to the object; `resource` is its plural, persistentvolumes included. */
  reaches(node: string, resource: string, namespace: string, name: string): boolean;
}

const READ = ['get', 'list', 'watch'];

/** What every node may do. Also the rules of the role `system:node`. */
export const NODE_RULES: readonly Rule[] = [
  { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'] },
  {
    verbs: ['create'],
    apiGroups: ['authorization.k8s.io'],
    resources: ['localsubjectaccessreviews', 'subjectaccessreviews'],
  },
  { verbs: READ, apiGroups: [''], resources: ['services'] },
  { verbs: ['create', ...READ], apiGroups: [''], resources: ['nodes'] },
  { verbs: ['patch', 'update'], apiGroups: [''], resources: ['nodes', 'nodes/status'] },
  { verbs: ['create', 'patch', 'update'], apiGroups: ['', 'events.k8s.io'], resources: ['events'] },
  { verbs: ['create', 'delete', ...READ], apiGroups: [''], resources: ['pods'] },
  { verbs: ['patch', 'update'], apiGroups: [''], resources: ['pods/status'] },
  { verbs: ['create'], apiGroups: [''], resources: ['pods/eviction'] },
  {
    verbs: ['create', ...READ],
    apiGroups: ['certificates.k8s.io'],
    resources: ['certificatesigningrequests'],
  },
  { verbs: ['create'], apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests/selfnodeclient'] },
  { verbs: ['list', 'watch'], apiGroups: [''], resources: ['persistentvolumes'] },
  { verbs: READ, apiGroups: ['storage.k8s.io'], resources: ['csidrivers'] },
  { verbs: READ, apiGroups: ['node.k8s.io'], resources: ['runtimeclasses'] },
  { verbs: ['get', 'patch', 'update'], apiGroups: [''], resources: ['persistentvolumeclaims/status'] },
];

/** Kinds of which a node reads only what its pods refer to. */
const BY_GRAPH: Readonly<Record<string, { readonly group: string; readonly verbs: readonly string[] }>> = {
  secrets: { group: '', verbs: READ },
  configmaps: { group: '', verbs: READ },
  persistentvolumeclaims: { group: '', verbs: ['get'] },
  // Listed and watched by every node: which of them stand on it, only they themselves say.
  persistentvolumes: { group: '', verbs: ['get', 'patch'] },
  resourceclaims: { group: 'resource.k8s.io', verbs: ['get'] },
  volumeattachments: { group: 'storage.k8s.io', verbs: ['get'] },
};

const KEEP = ['get', 'create', 'update', 'patch', 'delete'];
const LEASE_NAMESPACE = 'kube-node-lease';

function keepsOwn(node: string, request: AccessRequest): boolean {
  // The name of a created object stands in its body, which NodeRestriction looks at.
  if (!KEEP.includes(request.verb) || request.subresource !== '') return false;
  return request.name === node || (request.verb === 'create' && request.name === '');
}

const allow = (reason: string): Verdict => ({ allowed: true, reason });
const refuse = (reason: string): Verdict => ({ allowed: false, reason });

/** The verdict for a node's request; undefined when it is not from a node. */
export function nodeAuthorize(request: AccessRequest, graph: NodeGraph): Verdict | undefined {
  const node = nodeNameOf(request.user);
  if (node === undefined) return undefined;
  if (!request.isResource) return refuse('');
  const { group, resource, subresource, namespace, name, verb } = request;
  const read = BY_GRAPH[resource];
  const isByRule = NODE_RULES.some((rule) => ruleAllows(rule, request));
  if (read?.group === group && subresource === '' && !isByRule) {
    if (!read.verbs.includes(verb)) return refuse(`a node can only ${read.verbs.join(', ')} ${resource}`);
    if (name === '') return refuse(`a node can only read single ${resource}`);
    if (graph.reaches(node, resource, namespace, name)) return allow('a pod of the node needs it');
    return refuse(`no relationship found between node '${node}' and this object`);
  }
  if (resource === 'serviceaccounts' && group === '' && subresource === 'token') {
    if (verb === 'create' && graph.reaches(node, resource, namespace, name))
      return allow('a pod of the node runs as it');
    return refuse(`no relationship found between node '${node}' and this service account`);
  }
  if (resource === 'leases' && group === 'coordination.k8s.io' && namespace === LEASE_NAMESPACE)
    return keepsOwn(node, request) ? allow('its own lease') : refuse('a node can only access its own lease');
  if (resource === 'csinodes' && group === 'storage.k8s.io')
    return keepsOwn(node, request) ? allow('its own CSINode') : refuse('a node can only access its own CSINode');
  if (resource === 'resourceslices' && group === 'resource.k8s.io') return allow('devices of the node');
  return isByRule ? allow('a node') : refuse('');
}
