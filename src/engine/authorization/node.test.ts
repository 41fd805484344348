// What nodes may do, and what a pod makes its node need, row by row.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pod } from '#model/kube';
import type { AccessRequest } from './access.ts';
import { type NodeGraph, nodeAuthorize, nodeNameOf } from './node.ts';
import { podReferences } from './pod-references.ts';

const node = { name: 'system:node:n1', groups: ['system:nodes'] };
const graph: NodeGraph = {
  reaches: (name, resource, namespace, object) =>
    `${name} ${resource} ${namespace}/${object}` === `n1 ${resource} a/mine`,
};
const ask = (verb: string, resource: string, at: Partial<AccessRequest> = {}): AccessRequest => ({
  user: node,
  verb,
  isResource: true,
  path: '',
  group: '',
  resource,
  subresource: '',
  namespace: 'a',
  name: 'mine',
  ...at,
});

describe('a node', () => {
  const lease = { group: 'coordination.k8s.io', namespace: 'kube-node-lease' };
  for (const [what, request, allowed] of [
    ['reads a secret of its pods', ask('get', 'secrets'), true],
    ['reads no other secret', ask('get', 'secrets', { name: 'other' }), false],
    ['watches a single config map of its pods', ask('watch', 'configmaps'), true],
    ['lists no secrets', ask('list', 'secrets', { name: '' }), false],
    ['writes no secret', ask('update', 'secrets'), false],
    ['makes tokens for accounts of its pods', ask('create', 'serviceaccounts', { subresource: 'token' }), true],
    ['makes no other tokens', ask('create', 'serviceaccounts', { subresource: 'token', name: 'other' }), false],
    ['reads no service account', ask('get', 'serviceaccounts'), false],
    ['renews its lease', ask('update', 'leases', { ...lease, name: 'n1' }), true],
    ['creates its lease (the name is in the body)', ask('create', 'leases', { ...lease, name: '' }), true],
    ['leaves other leases alone', ask('update', 'leases', { ...lease, name: 'n2' }), false],
    ['leaves leases elsewhere alone', ask('update', 'leases', { ...lease, namespace: 'a', name: 'n1' }), false],
    ['writes status of pods', ask('patch', 'pods', { subresource: 'status' }), true],
    ['does not exec into pods', ask('create', 'pods', { subresource: 'exec' }), false],
    ['updates nodes, which admission narrows', ask('update', 'nodes', { name: 'n1' }), true],
    ['deletes no nodes', ask('delete', 'nodes', { name: 'n1' }), false],
    ['lists services', ask('list', 'services', { name: '' }), true],
    ['reads no roles', ask('get', 'roles', { group: 'rbac.authorization.k8s.io' }), false],
    ['has no paths by itself', { ...ask('get', ''), isResource: false, path: '/metrics' }, false],
  ] as const)
    it(what, () => assert.equal(nodeAuthorize(request, graph)?.allowed, allowed));
  it('is one by name and group', () => {
    assert.equal(nodeNameOf(node), 'n1');
    assert.equal(nodeNameOf({ name: 'system:node:n1', groups: [] }), undefined);
    assert.equal(nodeNameOf({ name: 'system:node:', groups: ['system:nodes'] }), undefined);
    assert.equal(nodeAuthorize({ ...ask('get', 'secrets'), user: { name: 'u', groups: [] } }, graph), undefined);
  });
});

describe('references of a pod', () => {
  const pod: Pod = {
    metadata: { name: 'p', namespace: 'a' },
    spec: {
      serviceAccountName: 'sa',
      imagePullSecrets: [{ name: 'pull' }],
      initContainers: [{ name: 'i', env: [{ name: 'E', valueFrom: { secretKeyRef: { name: 'env', key: 'k' } } }] }],
      containers: [{ name: 'c', envFrom: [{ configMapRef: { name: 'all' } }, { secretRef: { name: 'alls' } }] }],
      volumes: [
        { name: 'v1', secret: { secretName: 'vol' } },
        { name: 'v2', persistentVolumeClaim: { claimName: 'claim' } },
        { name: 'v3', ephemeral: {} },
        { name: 'v4', projected: { sources: [{ configMap: { name: 'ca' } }, { secret: { name: 'proj' } }] } },
      ],
    },
  };
  it('are all found, once each', () =>
    assert.deepEqual([...podReferences(pod)].sort(), [
      'configmaps/a/all',
      'configmaps/a/ca',
      'persistentvolumeclaims/a/claim',
      'persistentvolumeclaims/a/p-v3',
      'secrets/a/alls',
      'secrets/a/env',
      'secrets/a/proj',
      'secrets/a/pull',
      'secrets/a/vol',
      'serviceaccounts/a/sa',
    ]));
  it('are none for a mirror pod', () => {
    const mirror = { ...pod, metadata: { ...pod.metadata, annotations: { 'kubernetes.io/config.mirror': 'x' } } };
    assert.equal(podReferences(mirror).size, 0);
  });
});
