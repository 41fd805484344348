// References as people write them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFullRepository, parseReference, referenceText } from './index.ts';

const D = `sha256:${'a'.repeat(64)}`;
const cases: [text: string, full: string | undefined][] = [
  ['nginx', 'docker.io/library/nginx:latest'],
  ['nginx:1.27', 'docker.io/library/nginx:1.27'],
  ['team/app', 'docker.io/team/app:latest'],
  ['index.docker.io/nginx', 'docker.io/library/nginx:latest'],
  ['localhost/app:1', 'localhost/app:1'],
  ['10.0.0.1:5000/a/b/c:x', '10.0.0.1:5000/a/b/c:x'],
  ['registry.k8s.io/pause:3.10', 'registry.k8s.io/pause:3.10'],
  [`app@${D}`, `docker.io/library/app@${D}`],
  [`app:1@${D}`, `docker.io/library/app:1@${D}`],
  ['', undefined],
  ['Upper', undefined],
  ['a b', undefined],
  ['app:', undefined],
  ['app@sha256:12', undefined],
  ['a//b', undefined],
];
for (const [text, full] of cases) {
  test(`"${text}"`, () => {
    const reference = parseReference(text);
    assert.equal(reference && referenceText(reference), full);
  });
}
test('repositories with and without a host', () => {
  for (const good of ['app', 'docker.io/library/nginx', '10.0.0.1:5000/app', 'a/b/c'])
    assert.ok(isFullRepository(good), good);
  for (const bad of ['', '/app', 'App/x:', '../x', 'host:port/app', 'a/']) assert.ok(!isFullRepository(bad), bad);
});
