// The site's registry with the clients that people use: skopeo, and Debian's docker-registry as the registry outside.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { testFolder } from '#platform/process';
import { systemClock } from '../../src/platform/clock/index.ts';
import { sha256Of } from '../../src/platform/digest/index.ts';
import { jsonLog } from '../../src/platform/log/index.ts';
import { issueCertificate, newKeyPem } from '../../src/platform/x509/index.ts';
import { type Registry, startRegistry } from '../../src/services/registry/index.ts';

const folder = testFolder('registry');
const at = (name: string): string => path.join(folder, name);
const account = { user: 'pusher', password: 'secret-of-the-test' };
let registry: Registry;
let outside: ChildProcess | undefined;
let outsidePort = 0;
let caPem = '';

const run = (file: string, args: string[]): string =>
  execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
/** What a command said when it failed; empty when it did not. The server is in this process: nothing may block it. */
const failure = (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => '',
    (error: { stderr?: string }) => String(error.stderr ?? error),
  );
const skopeo = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)('skopeo', ['--insecure-policy', ...args])).stdout;
const own = (name: string): string => `docker://127.0.0.1:${registry.ports[0]}/${name}`;
const TO = ['--dest-cert-dir', at('certs'), '--dest-creds', `${account.user}:${account.password}`];
const FROM = ['--src-cert-dir', at('certs'), '--src-creds', `${account.user}:${account.password}`];

/** A request as a node sends it: to the mirror, with the name of the registry that is meant. */
async function ask(
  url: string,
  init: { method?: string; user?: string } = {},
): Promise<{ status: number; text: string; headers: Record<string, string> }> {
  const { request } = await import('node:https');
  return new Promise((resolve, reject) => {
    const auth = `${init.user ?? 'node'}:${init.user === account.user ? account.password : 'of-the-node'}`;
    const sent = request(
      `https://127.0.0.1:${registry.ports[0]}${url}`,
      { method: init.method ?? 'GET', ca: caPem, auth, agent: false },
      (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            text: Buffer.concat(pieces).toString(),
            headers: answer.headers as Record<string, string>,
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

function makeImages(): void {
  fs.mkdirSync(at('rootfs'));
  fs.writeFileSync(at('rootfs/hello'), 'hello from a layer\n');
  run('tar', ['-C', at('rootfs'), '-cf', at('layer.tar'), '.']);
  const layer = sha256Of(fs.readFileSync(at('layer.tar')));
  const rootfs = { type: 'layers', diff_ids: [layer] };
  const config = JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs, history: [] });
  const name = `${sha256Of(config).slice('sha256:'.length)}.json`;
  fs.writeFileSync(at(name), config);
  const manifest = { Config: name, RepoTags: ['example.org/team/hello:1'], Layers: ['layer.tar'] };
  fs.writeFileSync(at('manifest.json'), JSON.stringify([manifest]));
  run('tar', ['-C', folder, '-cf', at('docker.tar'), 'manifest.json', name, 'layer.tar']);
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });

async function start(): Promise<Registry> {
  const keyPem = newKeyPem();
  const span = { notBeforeMs: 0, notAfterMs: Date.now() + 3_600_000 };
  const caKey = newKeyPem();
  caPem = await issueCertificate({ commonName: 'test', use: 'authority', keyPem: caKey, ...span });
  const certPem = await issueCertificate({
    commonName: 'registry',
    names: ['127.0.0.1'],
    use: 'server',
    keyPem,
    issuer: { certPem: caPem, keyPem: caKey },
    ...span,
  });
  fs.mkdirSync(at('certs'), { recursive: true });
  fs.writeFileSync(at('certs/ca.crt'), caPem);
  return startRegistry({
    folder: at('content'),
    listen: [{ host: '127.0.0.1', port: 0 }],
    tls: { certPem, keyPem },
    accounts: [
      { ...account, may: 'push' },
      { user: 'node', password: 'of-the-node', may: 'pull' },
    ],
    realm: 'test',
    ownNames: () => new Set(['own:1']),
    outside: () => ({ 'outside.example': `http://127.0.0.1:${outsidePort}` }),
    clock: systemClock,
    log: jsonLog({ component: 'test', level: 'error' }),
  });
}

before(async () => {
  makeImages();
  outsidePort = await freePort();
  fs.writeFileSync(
    at('outside.yml'),
    `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${at('outside')}}}\nhttp: {addr: "127.0.0.1:${outsidePort}"}\n`,
  );
  outside = spawn('docker-registry', ['serve', at('outside.yml')], { stdio: 'ignore' });
  registry = await start();
});
after(async () => {
  outside?.kill('SIGKILL');
  await registry?.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

test('skopeo pushes, lists, pulls and deletes', async () => {
  await skopeo('copy', ...TO, `docker-archive:${at('docker.tar')}`, own('app:1'));
  assert.deepEqual(
    JSON.parse(
      await skopeo(
        'list-tags',
        '--cert-dir',
        at('certs'),
        '--creds',
        `${account.user}:${account.password}`,
        own('app'),
      ),
    ).Tags,
    ['1'],
  );
  await skopeo('copy', ...FROM, own('app:1'), `oci-archive:${at('back.tar')}:example.org/team/back:2`);
  const blobs = registry.usage().blobs;
  await skopeo('copy', ...TO, `docker-archive:${at('docker.tar')}`, own('other:1'));
  assert.equal(registry.usage().blobs, blobs, 'what is here already is not kept twice');
  await skopeo(
    'delete',
    '--tls-verify=true',
    '--cert-dir',
    at('certs'),
    '--creds',
    `${account.user}:${account.password}`,
    own('other:1'),
  );
  assert.match(
    await failure(skopeo('copy', ...FROM, own('other:1'), `dir:${at('gone')}`)),
    /not in the site's registry|manifest unknown/,
  );
  await skopeo('copy', ...FROM, own('app:1'), `dir:${at('still')}`);
});

test('without the password nothing is told, and a node may only pull', async () => {
  assert.match(
    await failure(skopeo('copy', '--src-cert-dir', at('certs'), own('app:1'), `dir:${at('no')}`)),
    /authentication required|unauthorized|401/i,
  );
  assert.equal((await ask('/v2/app/blobs/uploads/', { method: 'POST' })).status, 403);
});

test('archives are imported under their full names, Docker and OCI', async () => {
  const names = [
    ...(await registry.import(at('docker.tar'), () => undefined)),
    ...(await registry.import(at('back.tar'), () => undefined)),
  ].map((i) => i.reference);
  assert.deepEqual(names, ['example.org/team/hello:1', 'example.org/team/back:2']);
  const answer = await ask('/v2/team/hello/manifests/1?ns=example.org');
  assert.equal(answer.status, 200);
  assert.equal(
    (await ask('/v2/team/hello/manifests/1?ns=own:1')).status,
    404,
    'its own name is not a registry outside',
  );
});

test('a cut archive is refused with the cure, and leaves no image', async () => {
  const whole = fs.readFileSync(at('docker.tar'));
  fs.writeFileSync(at('cut.tar'), whole.subarray(0, Math.floor(whole.length * 0.6)));
  const before = registry.list().length;
  await assert.rejects(
    registry.import(at('cut.tar'), () => undefined),
    { code: 'Corrupt' },
  );
  fs.writeFileSync(at('text.tar'), 'this is no archive');
  await assert.rejects(
    registry.import(at('text.tar'), () => undefined),
    { code: 'Corrupt' },
  );
  await assert.rejects(
    registry.import(at('none.tar'), () => undefined),
    { code: 'NotFound' },
  );
  assert.equal(registry.list().length, before);
});

test('referrers are told by artifact type', async () => {
  const digest = registry.list().find((i) => i.reference === 'app:1')?.digest ?? '';
  const empty = '{}';
  const blob = sha256Of(empty);
  const push = async (method: string, url: string, body: string, type: string): Promise<number> => {
    const { request } = await import('node:https');
    return new Promise((resolve, reject) => {
      const sent = request(
        `https://127.0.0.1:${registry.ports[0]}${url}`,
        {
          method,
          ca: caPem,
          auth: `${account.user}:${account.password}`,
          agent: false,
          headers: { 'content-type': type },
        },
        (a) => {
          a.resume();
          resolve(a.statusCode ?? 0);
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  };
  assert.equal(await push('POST', `/v2/app/blobs/uploads/?digest=${blob}`, empty, 'application/octet-stream'), 201);
  const type = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: type,
    artifactType: 'test/signature',
    config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: blob, size: 2 },
    layers: [],
    subject: { mediaType: type, digest, size: 1 },
  });
  assert.equal(await push('PUT', '/v2/app/manifests/signature', manifest, type), 201);
  assert.equal(JSON.parse((await ask(`/v2/app/referrers/${digest}`)).text).manifests.length, 1);
  assert.equal(JSON.parse((await ask(`/v2/app/referrers/${digest}?artifactType=test/other`)).text).manifests.length, 0);
});

test('what is outside is pulled through and kept, and what is nowhere is refused at once', async () => {
  await skopeo(
    'copy',
    '--dest-tls-verify=false',
    `docker-archive:${at('docker.tar')}`,
    `docker://127.0.0.1:${outsidePort}/lib/far:7`,
  );
  const manifest = await ask('/v2/lib/far/manifests/7?ns=outside.example');
  assert.equal(manifest.status, 200);
  for (const { digest } of [JSON.parse(manifest.text).config, ...JSON.parse(manifest.text).layers])
    assert.equal((await ask(`/v2/lib/far/blobs/${digest}?ns=outside.example`)).status, 200);
  outside?.kill('SIGKILL');
  await new Promise((resolve) => outside?.once('close', resolve));
  assert.equal((await ask('/v2/lib/far/manifests/7?ns=outside.example')).status, 200, 'kept while the link is away');
  const nowhere = await ask('/v2/lib/none/manifests/1?ns=outside.example');
  assert.equal(nowhere.status, 404);
  assert.match(nowhere.text, /image import FILE/);
});

test('deleting an image frees what no other image has', async () => {
  const bytes = registry.usage().bytes;
  assert.ok(registry.delete('app:1').freedBytes < 2000, 'its layer is shared');
  assert.ok(registry.delete('example.org/team/hello:1').freedBytes > 10_000, 'nobody else has its plain layer');
  for (const { reference } of registry.list()) registry.delete(reference);
  assert.deepEqual(registry.list(), []);
  assert.ok(registry.usage().bytes < bytes / 4, JSON.stringify(registry.usage()));
  assert.throws(() => registry.delete('example.org/team/hello:1'), { code: 'NotFound' });
});

test('everything is there again after a restart', async () => {
  await registry.import(at('docker.tar'), () => undefined);
  const before = JSON.stringify(registry.list());
  await registry.stop();
  registry = await start();
  assert.equal(JSON.stringify(registry.list()), before);
  await skopeo('copy', ...FROM, own('example.org/team/hello:1'), `dir:${at('again')}`);
});
