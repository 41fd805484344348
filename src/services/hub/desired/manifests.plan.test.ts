// Files that become a desired state, and everything that is refused, by file, document and cure.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readManifests, referenceOf, SETTINGS_FILE } from './manifests.plan.ts';
import { isWantedFile } from './source-file.ts';

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\ndata: {k: v}\n';
const file = (path: string, text: string) => ({ path, text });
const problem = (...files: ReturnType<typeof file>[]): string => {
  const read = readManifests(files);
  return read.kind === 'problem' ? read.problem : 'none';
};

test('documents, lists and settings become one state, in the order of application', () => {
  const read = readManifests([
    file('a.yaml', `---\n${CONFIG}---\n# nothing\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n`),
    file(
      'b.json',
      '{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}]}',
    ),
    file(SETTINGS_FILE, 'timeServers: [ntp.example]\n'),
  ]);
  assert.ok(read.kind === 'content');
  assert.deepEqual(read.content.manifests.map(referenceOf), [
    'v1/Namespace//shop',
    'v1/ConfigMap/shop/a',
    'apps/v1/Deployment/default/web',
  ]);
  assert.deepEqual(read.content.settings, { timeServers: ['ntp.example'] });
  assert.deepEqual(read.content.manifests[1]?.data, { k: 'v' });
});

test('an empty settings file alone wants nothing; an empty folder is refused', () => {
  assert.deepEqual(readManifests([file(SETTINGS_FILE, '')]), {
    kind: 'content',
    content: { manifests: [], settings: {} },
  });
  assert.match(problem(), /there is no manifest.*put an empty holdfast-settings.yaml/);
});

test('what is wrong is named with its file, its document and a cure', () => {
  const cases: [string, RegExp][] = [
    [`${CONFIG}---\na: [`, /^x\/y.yaml, document 2 is not valid YAML/],
    ['a: 1\na: 2', /document 1 is not valid YAML: .*unique/],
    ['- 1', /document 1 is not an object/],
    ['kind: ConfigMap', /has no apiVersion and kind/],
    [
      'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}',
      /is a example.com\/v1 Widget, which this version cannot deliver; .*no custom ones/,
    ],
    ['apiVersion: v2\nkind: ConfigMap\nmetadata: {name: a}', /is a v2 ConfigMap/],
    ['apiVersion: v1\nkind: Binding\nmetadata: {generateName: a}', /has no metadata.name|cannot deliver/],
    [
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a}',
      /\(ConfigMap\) has no metadata.name; a name must be given/,
    ],
    [
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: a, namespace: b}',
      /has a namespace, which objects of this kind do not have/,
    ],
    [`${CONFIG}---\n${CONFIG}`, /document 2 is v1\/ConfigMap\/shop\/a, and so is x\/y.yaml, document 1; keep one/],
    [
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: ${'x'.repeat(9 * 1024 * 1024)}}`,
      /bytes of JSON; at most 8388608/,
    ],
    ['&a [*a, *a]', /document 1/],
  ];
  for (const [text, expected] of cases) assert.match(problem(file('x/y.yaml', text)), expected);
  assert.match(problem(file(SETTINGS_FILE, '- 1')), /must be settings by name/);
  assert.match(problem(file(SETTINGS_FILE, 'a: 1\n---\nb: 2')), /several documents/);
});

test('only manifests are read', () => {
  for (const path of ['a.yaml', 'b/c.yml', 'd.json']) assert.ok(isWantedFile(path), path);
  for (const path of ['a.txt', '.git/x.yaml', 'b/.hidden.yaml', 'yaml']) assert.ok(!isWantedFile(path), path);
});
