// Discovery tells clients what is served, for built-in and for custom resources alike.
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { type ResourceFacts, resourceFacts } from '../facts.ts';
import { aggregatedDiscoveryDocument } from './aggregated.ts';
import { apiGroupDocument, apiResourceListDocument, groupsOf, versionsOf } from './discovery.ts';
import { versionDocument } from './version.ts';

const custom: ResourceFacts = {
  group: 'example.com',
  version: 'v1',
  resource: 'widgets',
  singular: 'widget',
  kind: 'Widget',
  type: 'com.example.v1.Widget',
  namespaced: true,
  verbs: ['get', 'list'],
  shortNames: ['w'],
  subresources: [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get'] }],
};

test('a group lists its versions, the preferred one first', () => {
  deepEqual(versionsOf(resourceFacts, 'autoscaling'), ['v2', 'v1']);
  deepEqual(apiGroupDocument(resourceFacts, 'autoscaling'), {
    kind: 'APIGroup',
    apiVersion: 'v1',
    name: 'autoscaling',
    versions: [
      { groupVersion: 'autoscaling/v2', version: 'v2' },
      { groupVersion: 'autoscaling/v1', version: 'v1' },
    ],
    preferredVersion: { groupVersion: 'autoscaling/v2', version: 'v2' },
  });
  equal(apiGroupDocument(resourceFacts, 'none'), undefined);
});

test('a custom resource stands beside the built-in ones', () => {
  const resources = [...resourceFacts, custom];
  equal(groupsOf(resources).at(-1), 'example.com');
  deepEqual(apiResourceListDocument(resources, { group: 'example.com', version: 'v1' }), {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: 'example.com/v1',
    resources: [
      {
        name: 'widgets',
        singularName: 'widget',
        namespaced: true,
        kind: 'Widget',
        verbs: ['get', 'list'],
        shortNames: ['w'],
      },
      {
        name: 'widgets/scale',
        singularName: '',
        namespaced: true,
        group: 'autoscaling',
        version: 'v1',
        kind: 'Scale',
        verbs: ['get'],
      },
    ],
  });
  equal(apiResourceListDocument(resources, { group: 'example.com', version: 'v2' }), undefined);
});

test('aggregated discovery has core apart from the groups', () => {
  const names = (part: 'core' | 'groups') =>
    (aggregatedDiscoveryDocument(resourceFacts, { part }) as { items: { metadata: { name?: string } }[] }).items.map(
      (item) => item.metadata.name,
    );
  deepEqual(names('core'), [undefined]);
  deepEqual(names('groups'), groupsOf(resourceFacts));
});

test('the version document splits the version', () => {
  const { major, minor } = versionDocument('v1.36.0+holdfast.1') as { major: string; minor: string };
  deepEqual([major, minor], ['1', '36']);
});
