// What people, components and nodes of a new cluster may do, and how that follows its objects.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KubeObject, Pod, ResourceFacts } from '#model/kube';
import { resourceFacts } from '#model/kube';
import type { AdmissionRequest, RequestAttributes, UserInfo } from '../contract.ts';
import { createAuthorization } from './authorization.ts';
import { bootstrapRbacObjects } from './bootstrap-objects.ts';
import { type FilledCaches, filledCaches } from './caches.fixture.ts';
import { rbacEscalation } from './escalation.ts';
import { ruleOfText } from './rule-text.ts';

const GROUP = 'rbac.authorization.k8s.io';
const user = (name: string, ...groups: string[]): UserInfo => ({ name, groups: [...groups, 'system:authenticated'] });
const account = (namespace: string, name: string): UserInfo => user(`system:serviceaccount:${namespace}:${name}`);
const node = user('system:node:n', 'system:nodes');

/** `verb [group:]resource[/subresource] [namespace[/name]]` or `verb /path` */
function ask(who: UserInfo, text: string): RequestAttributes {
  const [verb = '', what = '', where = ''] = text.split(' ');
  const [left, right] = what.startsWith('/') ? ['', ''] : what.split(':');
  const [resource = '', subresource = ''] = (right ?? left ?? '').split('/');
  const [namespace = '', name = ''] = where.split('/');
  return {
    user: who,
    verb,
    isResource: !what.startsWith('/'),
    path: what,
    group: right === undefined ? '' : (left ?? ''),
    version: 'v1',
    resource,
    subresource,
    namespace,
    name,
  };
}

function started(): { caches: FilledCaches; authorization: ReturnType<typeof createAuthorization> } {
  const caches = filledCaches();
  const objects = bootstrapRbacObjects();
  for (const [kind, list] of Object.entries(objects)) for (const object of list) caches.put(kind.toLowerCase(), object);
  return { caches, authorization: createAuthorization({ client: caches.client }) };
}

const bind = (name: string, role: string, subject: string, namespace?: string): KubeObject =>
  ({
    metadata: { name, ...(namespace && { namespace }) },
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'User', name: subject }],
  }) as KubeObject;

describe('a new cluster', () => {
  const { caches, authorization } = started();
  caches.put('rolebindings', bind('v', 'view', 'viv', 'a'));
  caches.put('rolebindings', bind('e', 'edit', 'ed', 'a'));
  caches.put('rolebindings', bind('a', 'admin', 'ada', 'a'));
  for (const [who, what, allowed] of [
    [user('root', 'system:masters'), 'delete nodes /n', true],
    [user('root', 'system:masters'), 'get /anything', true],
    [user('eve'), 'get pods a/p', false],
    [user('eve'), 'get /apis', true],
    [user('eve'), 'get /apis/apps/v1', true],
    [user('eve'), 'create authorization.k8s.io:selfsubjectaccessreviews', true],
    [user('eve'), 'get /metrics', false],
    [{ name: 'system:anonymous', groups: ['system:unauthenticated'] }, 'get /version', true],
    [{ name: 'system:anonymous', groups: ['system:unauthenticated'] }, 'get /apis', false],
    [user('viv'), 'list pods a', true],
    [user('viv'), 'list pods b', false],
    [user('viv'), 'get secrets a/s', false],
    [user('viv'), 'delete pods a/p', false],
    [user('viv'), 'get pods/log a/p', true],
    [user('ed'), 'get secrets a/s', true],
    [user('ed'), 'create pods/exec a/p', true],
    [user('ed'), 'list apps:replicasets a', true],
    [user('ed'), 'create apps:deployments a', true],
    [user('ed'), `create ${GROUP}:rolebindings a`, false],
    [user('ada'), `create ${GROUP}:rolebindings a`, true],
    [user('ada'), 'get pods a/p', true],
    [user('ada'), 'update resourcequotas a/q', false],
    [user('system:kube-scheduler'), 'create pods/binding a/p', true],
    [user('system:kube-scheduler'), 'update persistentvolumes /v', true],
    [user('system:kube-scheduler'), 'update coordination.k8s.io:leases kube-system/kube-scheduler', true],
    [user('system:kube-scheduler'), 'get secrets a/s', false],
    [user('system:kube-scheduler'), 'get configmaps kube-system/extension-apiserver-authentication', true],
    [user('system:kube-controller-manager'), 'watch example.org:things', true],
    [user('system:kube-proxy'), 'watch discovery.k8s.io:endpointslices', true],
    [account('kube-system', 'replicaset-controller'), 'create pods a', true],
    [account('kube-system', 'horizontal-pod-autoscaler'), 'update apps:deployments/scale a/d', true],
    [account('kube-system', 'horizontal-pod-autoscaler'), 'update apps:deployments a/d', false],
    [account('default', 'replicaset-controller'), 'create pods a', false],
    [node, 'watch discovery.k8s.io:endpointslices', true],
    [node, 'get secrets a/s', false],
    [node, 'patch nodes/status /n', true],
  ] as const)
    it(`${who.name}: ${what}: ${allowed ? 'yes' : 'no'}`, () =>
      assert.equal(authorization.authorize(ask(who, what)).allowed, allowed));
});

describe('live objects', () => {
  it('rights follow bindings and roles at once', () => {
    const { caches, authorization } = started();
    const may = (what: string): boolean => authorization.authorize(ask(user('viv'), what)).allowed;
    assert.equal(may('list nodes'), false);
    const role = { metadata: { name: 'nodes' }, rules: [ruleOfText('read nodes')] } as KubeObject;
    const binding = bind('nodes', 'nodes', 'viv');
    caches.put('clusterrolebindings', binding);
    assert.equal(may('list nodes'), false);
    caches.put('clusterroles', role);
    assert.equal(may('list nodes'), true);
    caches.remove('clusterrolebindings', binding);
    assert.equal(may('list nodes'), false);
  });
  it('a role of an operator adds to view by its label', () => {
    const { caches, authorization } = started();
    caches.put('rolebindings', bind('v', 'view', 'viv', 'a'));
    caches.put('rolebindings', bind('a', 'admin', 'ada', 'a'));
    const labels = { [`${GROUP}/aggregate-to-view`]: 'true' };
    caches.put('clusterroles', {
      metadata: { name: 'crd', labels },
      rules: [ruleOfText('read example.org:things')],
    } as KubeObject);
    for (const name of ['viv', 'ada'])
      assert.equal(authorization.authorize(ask(user(name), 'list example.org:things a')).allowed, true, name);
  });
  it('a node reads a secret as long as one of its pods needs it', () => {
    const { caches, authorization } = started();
    const pod = (name: string, nodeName?: string): Pod => ({
      metadata: { name, namespace: 'a' },
      spec: { containers: [], ...(nodeName && { nodeName }), imagePullSecrets: [{ name: 's' }] },
    });
    const may = (): boolean => authorization.authorize(ask(node, 'get secrets a/s')).allowed;
    caches.put('pods', pod('p'));
    assert.equal(may(), false);
    caches.put('pods', pod('p', 'n'));
    caches.put('pods', pod('q', 'n'));
    assert.equal(may(), true);
    caches.remove('pods', pod('p', 'n'));
    assert.equal(may(), true);
    caches.remove('pods', pod('q', 'n'));
    assert.equal(may(), false);
  });
  it('a node reads the volume behind a claim of its pods, and no other', () => {
    const { caches, authorization } = started();
    const claim = (name: string, volumeName: string) =>
      ({ metadata: { name, namespace: 'a' }, spec: { volumeName } }) as KubeObject;
    const volume = (name: string, claimName: string) =>
      ({ metadata: { name }, spec: { claimRef: { namespace: 'a', name: claimName } } }) as KubeObject;
    caches.put('persistentvolumeclaims', claim('c1', 'v1'));
    caches.put('persistentvolumes', volume('v1', 'c1'));
    caches.put('persistentvolumes', volume('v2', 'c1'));
    const volumes = [{ name: 'd', persistentVolumeClaim: { claimName: 'c1' } }];
    caches.put('pods', {
      metadata: { name: 'p', namespace: 'a' },
      spec: { containers: [], nodeName: 'n', volumes },
    } as Pod);
    assert.equal(authorization.authorize(ask(node, 'get persistentvolumes /v1')).allowed, true);
    assert.equal(authorization.authorize(ask(node, 'get persistentvolumes /v2')).allowed, false);
  });
  it('a node clears away the volumes that stand on it, and no other', () => {
    const { caches, authorization } = started();
    const volume = (name: string, on: string) =>
      ({ metadata: { name, annotations: { 'holdfast.dev/node': on } } }) as KubeObject;
    caches.put('persistentvolumes', volume('own', 'n'));
    caches.put('persistentvolumes', volume('other', 'm'));
    const may = (what: string): boolean => authorization.authorize(ask(node, what)).allowed;
    assert.deepEqual(
      [
        'list persistentvolumes',
        'patch persistentvolumes /own',
        'patch persistentvolumes /other',
        'delete persistentvolumes /own',
      ].map(may),
      [true, true, false, false],
    );
  });
  it('a node clears away replicated volumes that are deleted, and no others', () => {
    const { caches, authorization } = started();
    const volume = (name: string, driver: string, more: object = {}) =>
      ({ metadata: { name, ...more }, spec: { csi: { driver, volumeHandle: name } } }) as KubeObject;
    const going = { deletionTimestamp: '2026-01-01T00:00:00Z' };
    caches.put('persistentvolumes', volume('used', 'replicated.holdfast.dev'));
    caches.put('persistentvolumes', volume('going', 'replicated.holdfast.dev', going));
    caches.put('persistentvolumes', volume('foreign', 'other.example', going));
    const may = (name: string): boolean =>
      authorization.authorize(ask(node, `patch persistentvolumes /${name}`)).allowed;
    assert.deepEqual(['used', 'going', 'foreign'].map(may), [false, true, false]);
  });
  it('a review lists the rules of a person', () => {
    const { authorization } = started();
    const review = authorization.rulesReview(user('root', 'system:masters'), 'a');
    assert.deepEqual(review.resourceRules[0]?.resources, ['*']);
    const mine = authorization.rulesReview(user('eve'), 'a');
    assert.ok(mine.nonResourceRules.some((rule) => rule.nonResourceURLs?.includes('/version')));
    assert.ok(mine.resourceRules.some((rule) => rule.resources?.includes('selfsubjectaccessreviews')));
  });
});

describe('granting rights', () => {
  const facts = (resource: string): ResourceFacts =>
    resourceFacts.find((known) => known.group === GROUP && known.resource === resource) as ResourceFacts;
  const request = (who: UserInfo, resource: string, object: unknown, oldObject?: unknown): AdmissionRequest => ({
    operation: oldObject ? 'UPDATE' : 'CREATE',
    resource: facts(resource),
    subresource: '',
    namespace: facts(resource).namespaced ? 'a' : '',
    name: 'x',
    object: object as KubeObject,
    ...(oldObject ? { oldObject: oldObject as KubeObject } : {}),
    user: who,
    dryRun: false,
    warn: () => undefined,
  });
  const role = (...rules: string[]) => ({ metadata: { name: 'x' }, rules: rules.map(ruleOfText) });
  const binding = (name: string) => bind('x', name, 'friend', 'a');
  const { caches, authorization } = started();
  caches.put('rolebindings', bind('a', 'admin', 'ada', 'a'));
  caches.put('rolebindings', bind('b', 'binder', 'bob', 'a'));
  caches.put('clusterroles', {
    metadata: { name: 'binder' },
    rules: [ruleOfText(`bind ${GROUP}:clusterroles =view`), ruleOfText(`escalate ${GROUP}:roles`)],
  } as KubeObject);
  const plugin = rbacEscalation(authorization);
  for (const [what, asked, allowed] of [
    ['an admin makes a role of what he has', request(user('ada'), 'roles', role('read pods')), true],
    ['an admin makes a role of more', request(user('ada'), 'roles', role('read nodes')), false],
    [
      'an admin keeps the rules of a role of more',
      request(user('ada'), 'roles', role('read nodes'), role('read nodes')),
      true,
    ],
    [
      'an admin adds more to a role',
      request(user('ada'), 'roles', role('read nodes', 'read pods'), role('read pods')),
      false,
    ],
    ['an admin binds view', request(user('ada'), 'rolebindings', binding('view')), true],
    ['an admin binds cluster-admin', request(user('ada'), 'rolebindings', binding('cluster-admin')), false],
    [
      'a master does anything',
      request(user('root', 'system:masters'), 'clusterrolebindings', binding('cluster-admin')),
      true,
    ],
    ['the verb bind lets bind that role', request(user('bob'), 'rolebindings', binding('view')), true],
    ['the verb bind lets bind no other', request(user('bob'), 'rolebindings', binding('edit')), false],
    ['the verb escalate lets make any role', request(user('bob'), 'roles', role('* *:*')), true],
    [
      'a role that collects others needs everything',
      request(user('ada'), 'clusterroles', { ...role(), aggregationRule: { clusterRoleSelectors: [{}] } }),
      false,
    ],
  ] as const)
    it(`${what}: ${allowed ? 'admitted' : 'refused'}`, () => {
      if (allowed) plugin.validate?.(asked);
      else assert.throws(() => plugin.validate?.(asked), { code: 403, reason: 'Forbidden' });
    });
  it('binding a role that is not there is said so', () => {
    assert.throws(() => plugin.validate?.(request(user('ada'), 'rolebindings', binding('gone'))), { code: 404 });
  });
});

describe('the objects of a new cluster', () => {
  const objects = bootstrapRbacObjects();
  it('refer only to roles that exist', () => {
    const known = new Set(objects.clusterRoles.map((role) => role.metadata?.name));
    const local = new Set(objects.roles.map((role) => `${role.metadata?.namespace}/${role.metadata?.name}`));
    for (const binding of objects.clusterRoleBindings) assert.ok(known.has(binding.roleRef.name), binding.roleRef.name);
    for (const binding of objects.roleBindings)
      assert.ok(local.has(`${binding.metadata?.namespace}/${binding.roleRef.name}`), binding.roleRef.name);
  });
  it('have names of their own, and fresh values each time', () => {
    for (const list of Object.values(objects)) {
      const names = list.map((object: KubeObject) => `${object.metadata?.namespace}/${object.metadata?.name}`);
      assert.equal(new Set(names).size, names.length);
    }
    assert.notEqual(bootstrapRbacObjects().clusterRoles[0], objects.clusterRoles[0]);
  });
  for (const text of ['get', 'get pods more words', 'get pods names'])
    it(`no rule is written "${text}"`, () => assert.throws(() => ruleOfText(text), /is a rule/));
});
