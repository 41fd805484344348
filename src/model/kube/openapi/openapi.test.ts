// The documents name every type they refer to, and carry what clients merge and look up by.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { resourceFacts } from '../facts.ts';
import { openApiV2Document } from './v2.ts';
import { openApiV2Protobuf } from './v2-protobuf.ts';
import { openApiV3Document } from './v3.ts';

interface Document {
  paths: Record<string, Record<string, { parameters?: { name: string }[]; 'x-kubernetes-group-version-kind': object }>>;
  components: { schemas: Record<string, { properties: Record<string, object> }> };
  definitions: Record<string, object>;
}

const ofApps = resourceFacts.filter((r) => r.group === 'apps');
const references = (document: object) =>
  new Set(
    [...JSON.stringify(document).matchAll(/"\$ref":"#\/(?:components\/schemas|definitions)\/([^"]+)"/g)].map(
      (m) => m[1],
    ),
  );

test('every reference of both versions leads to a schema', () => {
  const three = openApiV3Document(ofApps, { gitVersion: 'v1.36.0' }) as Document;
  for (const name of references(three)) ok(three.components.schemas[name ?? ''], name);
  const two = openApiV2Document(resourceFacts, { gitVersion: 'v1.36.0' }) as Document;
  for (const name of references(two)) ok(two.definitions[name ?? ''], name);
});

test('a patch says that it takes dry runs and field validation, and of which kind it is', () => {
  const { paths } = openApiV3Document(ofApps, { gitVersion: 'v1.36.0' }) as Document;
  const patch = paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']?.patch;
  deepEqual(
    patch?.parameters?.map((p) => p.name),
    ['dryRun', 'fieldManager', 'fieldValidation', 'force'],
  );
  deepEqual(patch?.['x-kubernetes-group-version-kind'], { group: 'apps', version: 'v1', kind: 'Deployment' });
});

test('merge keys and list keys are there', () => {
  const { components } = openApiV3Document(ofApps, { gitVersion: 'v1.36.0' }) as Document;
  deepEqual(components.schemas['io.k8s.api.core.v1.PodSpec']?.properties.containers, {
    type: 'array',
    items: { $ref: '#/components/schemas/io.k8s.api.core.v1.Container' },
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    'x-kubernetes-patch-merge-key': 'name',
    'x-kubernetes-patch-strategy': 'merge',
  });
});

test('the binary form begins with the version and holds every definition by name', () => {
  const document = openApiV2Document(resourceFacts, { gitVersion: 'v1.36.0' }) as Document;
  const bytes = openApiV2Protobuf(document);
  equal(bytes.subarray(0, 5).toString('latin1'), '\x0a\x032.0');
  for (const name of Object.keys(document.definitions)) ok(bytes.includes(name), name);
});
