// What a failed pull is told as, by a registry that says why, one that says nothing, and one that is away.
import assert from 'node:assert/strict';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { issueCertificate, newKeyPem } from '#platform/x509';
import { registryWords, type SiteRegistry } from './registry-words.ts';

const DAY_MS = 86_400_000;
const BLOB = `sha256:${'b'.repeat(64)}`;
const DIGEST = `sha256:${'a'.repeat(64)}`;
const said = 'failed to resolve reference: not found';
const asked: string[] = [];
let answer: { status: number; body: string } = { status: 404, body: '' };
let server: https.Server;
let registry: SiteRegistry;
const error = (code: string, message: string): string => JSON.stringify({ errors: [{ code, message, detail: null }] });
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

before(async () => {
  const span = { notBeforeMs: Date.now() - DAY_MS, notAfterMs: Date.now() + DAY_MS };
  const caKey = newKeyPem();
  const caPem = await issueCertificate({ ...span, commonName: 'doors', use: 'authority', keyPem: caKey });
  const key = newKeyPem();
  const issuer = { certPem: caPem, keyPem: caKey };
  const cert = await issueCertificate({
    ...span,
    commonName: 'registry',
    use: 'server',
    names: ['127.0.0.1'],
    keyPem: key,
    issuer,
  });
  server = https.createServer({ key, cert }, (request, response) => {
    asked.push(`${request.url} ${request.headers.authorization}`);
    const isBlob = request.url?.includes('/blobs/');
    const { status, body } = isBlob || answer.status !== 200 ? answer : { status: 200, body: '{}' };
    response.writeHead(isBlob && status === 200 ? 404 : status).end(isBlob ? error('BLOB_UNKNOWN', 'gone') : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const account = { user: 'node', password: 'secret' };
  registry = { address, caPem: () => caPem, ownNames: new Set(['ecr.site:31001']), account };
});
after(() => void server.close());

test('the words of the registry, what it was asked, and by whom', async () => {
  answer = { status: 404, body: error('MANIFEST_UNKNOWN', 'it is nowhere; bring it') };
  const cases: [name: string, path: string, by: string][] = [
    ['docker.io/library/nginx:1', '/v2/library/nginx/manifests/1?ns=docker.io', basic('node:secret')],
    ['r.io:5000/a/b:2', '/v2/a/b/manifests/2?ns=r.io%3A5000', basic('node:secret')],
    [`r.io/a@${DIGEST}`, `/v2/a/manifests/${DIGEST}?ns=r.io`, basic('node:secret')],
    ['ecr.site:31001/team/x:3', '/v2/team/x/manifests/3', basic('me:mine')],
  ];
  for (const [name, path, by] of cases) {
    asked.length = 0;
    const words = await registryWords(registry, { name, said, auth: { username: 'me', password: 'mine' } });
    assert.equal(words, `the site's registry says MANIFEST_UNKNOWN: it is nowhere; bring it (asked for ${path})`);
    assert.deepEqual(asked, [`${path} ${by}`]);
  }
});

test('who is not let in is told how to be', async () => {
  answer = { status: 401, body: error('UNAUTHORIZED', 'user and password are needed') };
  asked.length = 0;
  const words = await registryWords(registry, { name: 'ecr.site:31001/team/x:3', said });
  assert.match(words, /says UNAUTHORIZED: user and password are needed; name a secret .*imagePullSecrets/);
  assert.deepEqual(asked, ['/v2/team/x/manifests/3 undefined']);
});

test('a blob that the runtime names is asked for when the manifest is there', async () => {
  answer = { status: 200, body: '' };
  const words = await registryWords(registry, { name: 'r.io/a:1', said: `content at ${BLOB} (${BLOB}): not found` });
  assert.equal(words, `the site's registry says BLOB_UNKNOWN: gone (asked for /v2/a/blobs/${BLOB}?ns=r.io)`);
});

test('what the registry has is no reason: then the runtime is heard', async () => {
  answer = { status: 200, body: '' };
  assert.equal(await registryWords(registry, { name: 'r.io/a:1', said: 'no space left' }), 'no space left');
});

test('an answer without words is told by its status, and a registry that is away as that', async () => {
  answer = { status: 502, body: '<html>' };
  assert.match(await registryWords(registry, { name: 'r.io/a:1', said }), /says status 502/);
  const away = await registryWords({ ...registry, address: '127.0.0.1:1' }, { name: 'r.io/a:1', said });
  assert.match(
    away,
    /^failed to resolve reference: not found; the site's registry does not answer, and is asked again/,
  );
});
