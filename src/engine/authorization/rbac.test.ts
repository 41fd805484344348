// Who gets which rules out of the four kinds of RBAC.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccessRequest, Person } from './access.ts';
import { type RbacObjects, rbacOf } from './rbac.ts';

const GROUP = 'rbac.authorization.k8s.io';
const pods = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
const secrets = { verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['s'] };
const objects: RbacObjects = {
  clusterRoles: [
    { metadata: { name: 'pods', labels: { into: 'all' } }, rules: [pods] },
    { metadata: { name: 'secrets', labels: { into: 'all' } }, rules: [secrets] },
    {
      metadata: { name: 'all' },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { into: 'all' } }] },
      rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    },
  ],
  clusterRoleBindings: [
    {
      metadata: { name: 'a' },
      roleRef: { kind: 'ClusterRole', name: 'pods' },
      subjects: [{ kind: 'User', name: 'alice' }],
    },
    {
      metadata: { name: 'b' },
      roleRef: { kind: 'ClusterRole', name: 'gone' },
      subjects: [{ kind: 'User', name: 'bob' }],
    },
    {
      metadata: { name: 'c' },
      roleRef: { kind: 'ClusterRole', name: 'all' },
      subjects: [{ kind: 'Group', name: 'ops' }],
    },
    {
      metadata: { name: 'd' },
      roleRef: { kind: 'ClusterRole', name: 'all' },
      subjects: [{ kind: 'ServiceAccount', name: 'sa' }],
    },
  ],
  roles: [{ metadata: { namespace: 'x', name: 'local' }, rules: [secrets] }],
  roleBindings: [
    {
      metadata: { namespace: 'x', name: 'e' },
      roleRef: { apiGroup: GROUP, kind: 'Role', name: 'local' },
      subjects: [{ kind: 'ServiceAccount', name: 'sa' }],
    },
    {
      metadata: { namespace: 'x', name: 'f' },
      roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: 'pods' },
      subjects: [{ kind: 'ServiceAccount', name: 'far', namespace: 'y' }],
    },
  ],
};

const person = (name: string, ...groups: string[]): Person => ({ name, groups });
const ask = (user: Person, resource: string, namespace: string, name = 's'): AccessRequest => ({
  user,
  verb: 'get',
  isResource: true,
  path: '',
  group: '',
  resource,
  subresource: '',
  namespace,
  name,
});

describe('RBAC', () => {
  const rbac = rbacOf(objects);
  const account = person('system:serviceaccount:x:sa');
  for (const [what, request, allowed] of [
    ['a user bound cluster-wide, in any namespace', ask(person('alice'), 'pods', 'x'), true],
    ['the same, at cluster level', ask(person('alice'), 'pods', ''), true],
    ['the same, another resource', ask(person('alice'), 'secrets', 'x'), false],
    ['a group of that name', ask(person('eve', 'alice'), 'pods', 'x'), false],
    ['a binding to a role that is not there', ask(person('bob'), 'pods', 'x'), false],
    ['a group, through an aggregated role', ask(person('eve', 'ops'), 'secrets', 'z'), true],
    ['an aggregated role does not keep its stored rules', ask(person('eve', 'ops'), 'nodes', ''), false],
    ['a name that the rule does not list', ask(person('eve', 'ops'), 'secrets', 'z', 'other'), false],
    ['a service account in its own namespace', ask(account, 'secrets', 'x'), true],
    ['the same in another namespace', ask(account, 'secrets', 'y'), false],
    ['a service account of the same name elsewhere', ask(person('system:serviceaccount:y:sa'), 'secrets', 'x'), false],
    ['a service account bound from another namespace', ask(person('system:serviceaccount:y:far'), 'pods', 'x'), true],
    ['a cluster-wide account subject without namespace names nobody', ask(account, 'pods', 'x'), false],
    ['nobody', ask(person(''), 'pods', 'x'), false],
  ] as const)
    it(what, () => {
      assert.equal(rbac.authorize(request).allowed, allowed);
      // The second answer comes from memory.
      assert.equal(rbac.authorize(request).allowed, allowed);
    });
  it('lists the rules of a person in a namespace', () => {
    assert.deepEqual(rbac.rules(account, 'x'), [secrets]);
    assert.deepEqual(rbac.rules(account, ''), []);
    assert.deepEqual(rbac.rules(person('eve', 'ops'), 'x'), [pods, secrets]);
  });
  it('finds the rules that a binding would give', () => {
    assert.deepEqual(rbac.roleRules({ kind: 'Role', name: 'local' }, 'x'), [secrets]);
    assert.equal(rbac.roleRules({ kind: 'Role', name: 'local' }, 'y'), undefined);
    assert.equal(rbac.roleRules({ kind: 'ClusterRole', name: 'gone' }, 'x'), undefined);
  });
});
