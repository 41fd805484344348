// What a rule allows, and what one set of rules has beyond another, row by row.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccessRequest } from './access.ts';
import { type Rule, ruleAllows, rulesBeyond } from './rules.ts';

const pods: AccessRequest = {
  user: { name: 'u', groups: [] },
  verb: 'get',
  isResource: true,
  path: '',
  group: '',
  resource: 'pods',
  subresource: '',
  namespace: 'a',
  name: 'x',
};
const path = (url: string): AccessRequest => ({ ...pods, isResource: false, path: url });

describe('a rule', () => {
  const core = (rule: Partial<Rule>): Rule => ({ verbs: ['get'], apiGroups: [''], resources: ['pods'], ...rule });
  for (const [what, rule, request, allowed] of [
    ['names verb, group and resource', core({}), pods, true],
    ['has another verb', core({ verbs: ['list'] }), pods, false],
    ['has every verb', core({ verbs: ['*'] }), pods, true],
    ['has another group', core({ apiGroups: ['apps'] }), pods, false],
    ['has every group', core({ apiGroups: ['*'] }), pods, true],
    ['names the resource, not its subresource', core({}), { ...pods, subresource: 'log' }, false],
    ['names the subresource', core({ resources: ['pods/log'] }), { ...pods, subresource: 'log' }, true],
    ['names the subresource, not the resource', core({ resources: ['pods/log'] }), pods, false],
    ['names that subresource of everything', core({ resources: ['*/scale'] }), { ...pods, subresource: 'scale' }, true],
    ['has every resource, subresources too', core({ resources: ['*'] }), { ...pods, subresource: 'exec' }, true],
    ['names the object', core({ resourceNames: ['x'] }), pods, true],
    ['names another object', core({ resourceNames: ['y'] }), pods, false],
    ['names objects, and a whole list is asked for', core({ resourceNames: ['x'] }), { ...pods, name: '' }, false],
    ['is about paths only', { verbs: ['get'], nonResourceURLs: ['*'] }, pods, false],
    ['is about resources only', core({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }), path('/version'), false],
    ['names the path', { verbs: ['get'], nonResourceURLs: ['/version'] }, path('/version'), true],
    ['names the start of the path', { verbs: ['get'], nonResourceURLs: ['/healthz/*'] }, path('/healthz/etcd'), true],
    ['names no such path', { verbs: ['get'], nonResourceURLs: ['/healthz/*'] }, path('/healthz'), false],
    ['has every path', { verbs: ['get'], nonResourceURLs: ['*'] }, path('/x'), true],
  ] as const)
    it(`that ${what} ${allowed ? 'allows' : 'refuses'}`, () => assert.equal(ruleAllows(rule, request), allowed));
});

describe('granting', () => {
  const all: Rule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
  const read: Rule = { verbs: ['get', 'list'], apiGroups: ['', 'apps'], resources: ['pods', 'deployments'] };
  for (const [what, wanted, owned, beyond] of [
    ['what one has', [read], [read], 0],
    ['what one has through wildcards', [read], [all], 0],
    [
      'what one has in parts',
      [read],
      [
        { ...read, verbs: ['get'] },
        { ...read, verbs: ['list'] },
      ],
      0,
    ],
    ['one verb more', [read], [{ ...read, verbs: ['get'] }], 4],
    ['everything, having a lot', [all], [read], 1],
    ['all names, having one', [read], [{ ...read, resourceNames: ['x'] }], 8],
    ['one name, having all', [{ ...read, resourceNames: ['x'] }], [read], 0],
    ['a subresource, having the resource', [{ ...read, resources: ['pods/exec'] }], [read], 4],
    [
      'paths within',
      [{ verbs: ['get'], nonResourceURLs: ['/api/x'] }],
      [{ verbs: ['get'], nonResourceURLs: ['/api/*'] }],
      0,
    ],
    [
      'paths beyond',
      [{ verbs: ['get'], nonResourceURLs: ['*'] }],
      [{ verbs: ['get'], nonResourceURLs: ['/api/*'] }],
      1,
    ],
  ] as const)
    it(`${what}: ${beyond} beyond`, () => assert.equal(rulesBeyond(wanted, owned).length, beyond));
});
