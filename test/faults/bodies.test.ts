// What no decent client sends, to a site without containers: every piece is answered with an error that says what is wrong,
// and the same process serves on with the memory that it had.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http2 from 'node:http2';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { present } from '#base';
import { sha256Of } from '#platform/digest';
import { bringUp, eventually, testSite } from '../integration/site.fixture.ts';
import { type Answer, adminDoor, type Door, door, registryDoor } from './doors.fixture.ts';

const site = testSite('bodies');
const MAPS = '/api/v1/namespaces/default/configmaps';
const JSON_TYPE = { 'content-type': 'application/json' };
const YAML_TYPE = { 'content-type': 'application/yaml' };
const MEMORY_GROWTH_MAX = 192 * 1024 * 1024;
let api: Door;
let rssBefore: number;

const statusOf = (answer: Answer) => JSON.parse(answer.text) as { kind: string; code: number; message: string };
const post = (body: string | Uint8Array, headers: Record<string, string> = JSON_TYPE, query = '') =>
  api.ask({ method: 'POST', path: MAPS + query, headers, body });
async function refused(asked: Promise<Answer>, code: number, words: RegExp): Promise<void> {
  const answer = await asked;
  assert.equal(answer.code, code, answer.text.slice(0, 300));
  const status = statusOf(answer);
  assert.deepEqual([status.kind, status.code], ['Status', code]);
  assert.match(status.message, words);
}
const kube = async () =>
  present(
    (await site.status()).processes.find(({ name }) => name === 'kube'),
    'kube runs',
  );

before(async () => {
  await bringUp(site, '--runtime', 'simulated');
  api = adminDoor(site);
  rssBefore = (await kube()).rssBytes;
});
after(async () => {
  await site.destroy();
});

test('bodies that are no object of the kind', async () => {
  await refused(post('{"a":'), 400, /json parse error/);
  await refused(post('a: [1,\nb: }', YAML_TYPE), 400, /converting YAML/);
  await refused(post('a: 1\n---\nb: 2', YAML_TYPE), 400, /multiple documents/);
  await refused(post('k8s\0garbage', { 'content-type': 'application/vnd.kubernetes.protobuf' }), 400, /protobuf/);
  await refused(post('{}', { 'content-type': 'text/html' }), 415, /application\/json/);
  for (const body of ['"x"', 'null', '[]', '1e999']) await refused(post(body), 400, /must be an object/);
  await refused(post(''), 400, /no body/);
  await refused(post('{"metadata":"x"}'), 400, /cannot unmarshal string/);
  await refused(post('{"metadata":{"name":"a","labels":["x"]}}'), 400, /cannot unmarshal array/);
  await refused(post('{"metadata":{"name":"a\\u0000b"}}'), 422, /metadata\.name/);
  await refused(post(JSON.stringify({ metadata: { name: 'b' }, data: { a: 'x'.repeat(2 ** 21) } })), 422, /Too long/);
});

test('bodies that are too large, declared or not', async () => {
  const body = 'x'.repeat(3 * 1024 * 1024 + 1);
  await refused(post(body), 413, /limit is 3145728/);
  await refused(post(body, { ...JSON_TYPE, 'transfer-encoding': 'chunked' }), 413, /limit is 3145728/);
  await refused(post(`a: ${'x'.repeat(2 ** 20)}`, YAML_TYPE), 413, /limit is 1048576/);
});

test('bodies that cost more than their size', async () => {
  const deep = `{"metadata":{"name":"x"},"data":${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}}`;
  await refused(post('['.repeat(2 ** 20)), 400, /nests deeper/);
  await refused(post('['.repeat(2 ** 20), YAML_TYPE), 400, /nests deeper/);
  await refused(post(deep), 400, /nests deeper/);
  await refused(post(deep, JSON_TYPE, '?fieldValidation=Strict'), 400, /nests deeper/);
  const bomb = [...'abcdefgh'].map((name, i) => `${name}: &${name} [${`*${'zabcdefg'[i]},`.repeat(9)}]`).join('\n');
  await refused(post(`z: &z [1]\n${bomb}`, YAML_TYPE), 400, /alias/i);
  const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`unknown${i}`, i]));
  const warned = await post(JSON.stringify({ metadata: { name: 'warned' }, ...many }));
  assert.equal(warned.code, 201);
  assert.ok(String(warned.headers.warning).length < 16 * 1024);
  const mapPatch = { 'content-type': 'application/json-patch+json' };
  const copies = [
    { op: 'add', path: '/data', value: { a: 'x'.repeat(1000) } },
    ...Array.from({ length: 40 }, (_, i) => ({ op: 'copy', from: '/data', path: `/data/a${i}` })),
  ];
  const copied = await api.ask({
    method: 'PATCH',
    path: `${MAPS}/warned`,
    headers: mapPatch,
    body: JSON.stringify(copies),
  });
  assert.ok(copied.code >= 400 && copied.code < 500, copied.text.slice(0, 300));
});

test('unknown and doubled fields, as strict as the client wants it', async () => {
  const body = '{"metadata":{"name":"fields"},"data":{"a":"1","a":"2"},"bogus":1}';
  await refused(
    post(body, JSON_TYPE, '?fieldValidation=Strict'),
    400,
    /duplicate field "data\.a".*unknown field "bogus"/,
  );
  await refused(post(body, JSON_TYPE, '?fieldValidation=Sometimes'), 400, /fieldValidation/);
  const warned = await post(body, JSON_TYPE, '?fieldValidation=Warn&dryRun=All');
  assert.match(String(warned.headers.warning), /duplicate field \\"data\.a\\".*unknown field \\"bogus\\"/);
  const ignored = await post(body, JSON_TYPE, '?fieldValidation=Ignore');
  assert.deepEqual([ignored.code, ignored.headers.warning], [201, undefined]);
  assert.deepEqual(JSON.parse(ignored.text).data, { a: '2' });
});

test('text that is no UTF-8 is replaced, never kept as bytes that no client can read', async () => {
  const broken = [Buffer.from('{"metadata":{"name":"utf"},"data":{"a":"'), Buffer.from([0xff, 0xc3, 0x28])];
  assert.equal((await post(Buffer.concat([...broken, Buffer.from('","b":"\\ud800"}}')]))).code, 201);
  const { data } = JSON.parse((await api.ask({ path: `${MAPS}/utf` })).text);
  assert.deepEqual(data.a, '\ufffd\ufffd(');
  assert.ok(Buffer.from(data.b).length > 0);
});

test('keys that mean something to JavaScript are text like other text', async () => {
  const evil = '"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}';
  assert.equal((await post(`{"metadata":{"name":"keys"},${evil},"data":{"constructor":"c"}}`)).code, 201);
  const patch = async (type: string, body: string) => {
    const headers = { 'content-type': `application/${type}` };
    const answer = await api.ask({ method: 'PATCH', path: `${MAPS}/keys?fieldManager=m`, headers, body });
    assert.ok(answer.code < 500, `${type}: ${answer.text}`);
  };
  await patch('merge-patch+json', `{${evil},"data":{"__proto__":"p","toString":"t"}}`);
  await patch('strategic-merge-patch+json', `{${evil},"data":{"__proto__":"p","valueOf":"v"}}`);
  await patch('json-patch+json', '[{"op":"add","path":"/__proto__/polluted","value":"yes"}]');
  await patch('json-patch+json', '[{"op":"add","path":"/constructor/prototype/polluted","value":"yes"}]');
  await patch('json-patch+json', '[{"op":"add","path":"/metadata/finalizers/4294967295","value":"yes"}]');
  await patch('apply-patch+yaml', `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"keys"},${evil}}`);
  const made = await post('{"metadata":{"name":"clean"}}');
  assert.doesNotMatch(made.text, /polluted/);
  assert.doesNotMatch((await api.ask({ path: `${MAPS}/keys` })).text, /polluted/);
});

test('queries that cannot be', async () => {
  const token = (fields: object): string => Buffer.from(JSON.stringify(fields)).toString('base64url');
  const table: [string, RegExp][] = [
    [`labelSelector=${encodeURIComponent('a in (')}`, /unable to parse/],
    ['labelSelector=!!', /unable to parse/],
    ['fieldSelector=nope%3Dx', /not supported: nope/],
    ['fieldSelector=metadata.name', /invalid selector/],
    ['continue=xxx', /continue key/],
    [`continue=${token({ v: 'meta.k8s.io/v1', rv: -5, start: 'x' })}`, /continue key/],
    [`continue=${token({ v: 'meta.k8s.io/v1', rv: 1.5, start: 'x' })}`, /continue key/],
    ['resourceVersion=abc', /non-negative integer/],
    ['resourceVersion=99999999999999999999', /non-negative integer/],
    ['resourceVersionMatch=Exact', /Forbidden/],
    ['limit=many', /invalid syntax/],
    ['watch=1&resourceVersion=-1', /non-negative integer/],
    ['watch=1&timeoutSeconds=abc', /invalid syntax/],
  ];
  for (const [query, words] of table) await refused(api.ask({ path: `${MAPS}?${query}` }), 400, words);
  await refused(api.ask({ path: `${MAPS}?resourceVersion=99999999` }), 504, /Too large resource version/);
});

test('paths that lead nowhere', async () => {
  for (const path of ['/%zz', '/api/v1/%', '/api/v1/namespaces/%E0%A4%A/pods'])
    await refused(api.ask({ path }), 400, /cannot be decoded/);
  const nowhere = [
    '/api/v1/../../etc/passwd',
    '/../../../etc/passwd',
    '/logs/../../etc/passwd',
    '/openapi/v3/../../..',
    '/openapi/v3/__proto__',
    '/apis/__proto__/v1/x',
    '/apis/constructor/v1/pods',
    '/api/v1/__proto__',
    '/api/v1/namespaces/default/configmaps/..%2f..%2fsecrets',
    '/api/v1/namespaces/default/configmaps/%00',
    '//',
    '*',
  ];
  for (const path of nowhere) await refused(api.ask({ path }), 404, /not found|could not find/);
  await refused(api.ask({ method: 'PROPFIND', path: MAPS }), 405, /does not allow/);
});

test('heads that are too large or no HTTP', async () => {
  assert.match(
    await api.raw(`GET /version HTTP/1.1\r\nHost: a\r\nX-A: ${'a'.repeat(70_000)}\r\n\r\n`),
    /^(HTTP\/1\.1 431|$)/,
  );
  for (const text of ['\0\0\0\0\0', 'GET / HTTP/9.9\r\n\r\n', 'GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n'])
    assert.match(await api.raw(text.padEnd(40)), /^(HTTP\/1\.1 [45]|$)/);
  const twice = 'POST /version HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
  assert.match(await api.raw(twice), /^HTTP\/1\.1 400/, 'two lengths at once are a smuggled request');
});

test('half requests are closed, and hinder nobody meanwhile', async () => {
  const sockets = await Promise.all(Array.from({ length: 100 }, () => api.connected()));
  let closed = 0;
  for (const socket of sockets) {
    socket.on('error', () => undefined);
    socket.on('close', () => closed++);
    socket.resume();
    socket.write('GET /version HTTP/1.1\r\nHost: a\r\nX-');
  }
  assert.equal((await api.ask({ path: '/readyz' })).code, 200);
  await eventually('half requests are closed', async () => closed === sockets.length, 40_000);
});

test('streams that are opened and reset without end', async () => {
  const session = http2.connect(`https://${api.host}:${api.port}`, { ...api.identity });
  session.on('error', () => undefined);
  for (let round = 0; round < 50 && !session.destroyed; round++) {
    for (let i = 0; i < 200; i++) {
      const stream = session.request({ ':path': MAPS });
      stream.on('error', () => undefined);
      stream.close(http2.constants.NGHTTP2_CANCEL);
    }
    await sleep(0);
  }
  session.destroy();
  const many = http2.connect(`https://${api.host}:${api.port}`, { ...api.identity });
  many.on('error', () => undefined);
  const codes = await Promise.all(
    Array.from(
      { length: 1000 },
      () =>
        new Promise<number | undefined>((resolve, reject) => {
          const stream = many.request({ ':path': '/version' });
          stream.on('response', (headers) => resolve(headers[':status']));
          stream.on('error', reject);
          stream.on('close', () => resolve(undefined));
          stream.resume();
        }),
    ),
  );
  many.destroy();
  assert.ok(codes.every((code) => code === 200));
});

test('strangers: no certificate, a foreign one, tokens that are none', async () => {
  const { ca } = api.identity;
  const anonymous = door(api.host, api.port, { ca });
  await refused(anonymous.ask({ path: MAPS }), 403, /system:anonymous/);
  // A leaf with its chain and its key, in one file; each reader takes what is for it.
  const pem = fs.readFileSync(`${site.data}/pki/apiserver-node-client.pem`, 'utf8');
  const foreign = door(api.host, api.port, { ca, cert: pem, key: pem });
  await refused(foreign.ask({ path: MAPS }), 401, /Unauthorized/);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const expired = `${part({ alg: 'RS256' })}.${part({ exp: 1, iss: 'https://kubernetes.default.svc' })}.c2ln`;
  for (const token of ['x', 'a.b.c', '..', `${part({ alg: 'none' })}.${part({ sub: 'system:admin' })}.`, expired])
    await refused(anonymous.ask({ path: MAPS, headers: { authorization: `Bearer ${token}` } }), 401, /Unauthorized/);
});

test('the registry: manifests and uploads that do not fit', async () => {
  const { door: registry, authorization } = registryDoor(site);
  const ask = (method: string, path: string, body?: string | Uint8Array, headers: Record<string, string> = {}) =>
    registry.ask({ method, path, body, headers: { authorization, ...headers } });
  const error = async (asked: Promise<Answer>, code: number, name: string): Promise<void> => {
    const answer = await asked;
    assert.deepEqual([answer.code, JSON.parse(answer.text).errors[0].code], [code, name], answer.text);
  };
  const manifest = { 'content-type': 'application/vnd.oci.image.manifest.v1+json' };
  await error(registry.ask({ path: '/v2/' }), 401, 'UNAUTHORIZED');
  await error(ask('PUT', '/v2/a/manifests/t', 'x'.repeat(4 * 1024 * 1024 + 1), manifest), 413, 'SIZE_INVALID');
  for (const body of ['', '{', 'null', '[]', '['.repeat(2 ** 20), '{"schemaVersion":2,"layers":7,"config":[]}'])
    await error(ask('PUT', '/v2/a/manifests/t', body, manifest), 400, 'MANIFEST_INVALID');
  const missing = { mediaType: 'application/x', digest: sha256Of('nothing'), size: 7 };
  const incomplete = JSON.stringify({
    schemaVersion: 2,
    mediaType: manifest['content-type'],
    config: missing,
    layers: [],
  });
  await error(ask('PUT', '/v2/a/manifests/t', incomplete, manifest), 404, 'MANIFEST_BLOB_UNKNOWN');
  await error(ask('PUT', `/v2/a/manifests/${sha256Of('other')}`, incomplete, manifest), 400, 'DIGEST_INVALID');
  await error(ask('POST', `/v2/a/blobs/uploads/?digest=${sha256Of('b')}`, 'a'), 400, 'DIGEST_INVALID');
  await error(ask('POST', '/v2/a/blobs/uploads/?digest=md5:x', 'a'), 400, 'DIGEST_INVALID');
  await error(ask('PATCH', '/v2/a/blobs/uploads/nope', 'a'), 404, 'BLOB_UPLOAD_UNKNOWN');
  await error(ask('PATCH', '/v2/a/blobs/uploads/..%2f..%2fx', 'a'), 400, 'DIGEST_INVALID');
  const begun = await ask('POST', '/v2/a/blobs/uploads/');
  const upload = String(begun.headers.location);
  assert.equal((await ask('PATCH', upload, 'abc', { 'content-range': '0-2' })).code, 202);
  await error(ask('PATCH', upload, 'ghi', { 'content-range': '6-8' }), 416, 'BLOB_UPLOAD_INVALID');
  assert.equal((await ask('PATCH', upload, 'def', { 'content-range': '3-5' })).code, 202);
  assert.equal((await ask('PUT', `${upload}?digest=${sha256Of('abcdef')}`, '')).code, 201);
  for (const path of [
    '/v2/%zz/tags/list',
    '/v2/../../etc/passwd',
    '/v2/a/blobs/sha256:..%2f..%2f..%2fetc',
    '/v2/__proto__/tags/list',
  ]) {
    const { code } = await ask('GET', path);
    assert.ok(code >= 400 && code < 500, `${path}: ${code}`);
  }
});

test('image archives that are cut short or none', async () => {
  const file = `${site.data}/../archive.tar`;
  for (const content of [
    Buffer.alloc(0),
    Buffer.alloc(700, 'x'),
    Buffer.alloc(10_240),
    Buffer.from([0x1f, 0x8b, 8, 0]),
  ]) {
    fs.writeFileSync(file, content);
    const { code, stderr } = await site.holdfast('image', 'import', file);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /archive/);
  }
});

test('after all that the same process serves, with bounded memory', async () => {
  const { restarts, rssBytes } = await kube();
  assert.equal(restarts, 0);
  assert.equal((await api.ask({ path: '/readyz' })).code, 200);
  assert.ok(rssBytes - rssBefore < MEMORY_GROWTH_MAX, `${rssBefore} bytes grew to ${rssBytes}`);
  const { phase, processes } = await site.status();
  assert.deepEqual([phase, processes.find(({ name }) => name === 'services')?.restarts], ['Ready', 0]);
});
