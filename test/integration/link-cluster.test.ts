// The way from a hub's user to the Kubernetes API of a site: through the hub, the link and its tunnel, in the user's name and in nobody
// else's, for as long as the link is there.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/platform/clock/index.ts';
import { memoryLog } from '../../src/platform/log/index.ts';
import { issueCertificate, newKeyPem } from '../../src/platform/x509/index.ts';
import { clusterDoor } from '../../src/services/link/index.ts';
import { type LinkWorld, linkWorld } from './link.fixture.ts';

const LARGE_BYTES = 6 * 1024 * 1024;
const span = { notBeforeMs: 0, notAfterMs: Date.UTC(2090, 0, 1) };

/** What stands in for the site's API: it tells what it is asked, by whom. */
let api: https.Server;
let world: LinkWorld;
let person: { readonly certPem: string; readonly keyPem: string };
let hubPort: number;

async function issued(commonName: string, use: 'server' | 'client', issuer: { certPem: string; keyPem: string }) {
  const keyPem = newKeyPem();
  return {
    keyPem,
    certPem: await issueCertificate({ ...span, commonName, names: ['127.0.0.1'], use, keyPem, issuer }),
  };
}

before(async () => {
  const caKey = newKeyPem();
  const ca = {
    keyPem: caKey,
    certPem: await issueCertificate({ ...span, commonName: 'ca', use: 'authority', keyPem: caKey }),
  };
  const [server, services] = [await issued('api', 'server', ca), await issued('holdfast:services', 'client', ca)];
  api = https.createServer({
    cert: server.certPem,
    key: server.keyPem,
    ca: ca.certPem,
    requestCert: true,
    rejectUnauthorized: true,
  });
  api.on('request', (req, res) => {
    if (req.url === '/large') return void res.end(Buffer.alloc(LARGE_BYTES, 'x'));
    if (req.url === '/watch') return void res.write('begun\n');
    let body = '';
    req.on('data', (piece) => {
      body += piece;
    });
    req.on('end', () => res.end(JSON.stringify({ url: req.url, headers: req.headers, body })));
  });
  api.on('upgrade', (req, socket) => {
    socket.on('error', () => socket.destroy());
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${req.headers.upgrade}\r\n\r\n`);
    socket.write(`${req.headers['impersonate-user']} ${req.headers.authorization}\n`);
    socket.on('data', (piece: Buffer) => socket.write(piece.toString().toUpperCase()));
  });
  await once(api.listen(0, '127.0.0.1'), 'listening');
  world = await linkWorld({
    connectCluster: clusterDoor({
      api: { host: '127.0.0.1', port: (api.address() as AddressInfo).port },
      tls: () => ({ ...services, caPem: ca.certPem }),
      clock: systemClock,
      log: memoryLog(),
    }),
  });
  await world.joined();
  await world.eventually('the tunnel is open', () => world.site.status().connection.tunnel === 'open');
  await kubeconfig();
});

after(async () => {
  await world.close();
  api.closeAllConnections();
  api.close();
});

async function kubeconfig(): Promise<void> {
  const { text } = await world.hub.hub.operator.kubeconfig('ship-1', 'ada', 30);
  const pem = (field: string): string =>
    Buffer.from(new RegExp(`${field}: (\\S+)`).exec(text)?.[1] ?? '', 'base64').toString();
  person = { certPem: pem('client-certificate-data'), keyPem: pem('client-key-data') };
  hubPort = world.hub.hub.port;
}

function asked(path: string, more: { headers?: Record<string, string>; method?: string; body?: string } = {}) {
  return new Promise<http.IncomingMessage>((resolve, reject) => {
    const call = https.request({
      host: '127.0.0.1',
      port: hubPort,
      path: `/sites/ship-1${path}`,
      method: more.method ?? 'GET',
      headers: more.headers ?? {},
      cert: person.certPem,
      key: person.keyPem,
      rejectUnauthorized: false,
      agent: false,
    });
    call.once('response', resolve);
    call.once('error', reject);
    call.end(more.body);
  });
}

const textOf = async (answer: http.IncomingMessage): Promise<string> =>
  Buffer.concat(await answer.toArray()).toString();

test('requests arrive whole, in the name of the user, whatever he says of himself', async () => {
  const headers = {
    authorization: 'Bearer stolen',
    'x-remote-user': 'root',
    'x-forwarded-user': 'root',
    'x-holdfast-user': 'mallory',
    'content-type': 'application/json',
  };
  const answer = await asked('/api/v1/namespaces?limit=2', { method: 'POST', body: '{"a":1}', headers });
  const seen = JSON.parse(await textOf(answer));
  assert.deepEqual([seen.url, seen.body], ['/api/v1/namespaces?limit=2', '{"a":1}']);
  assert.equal(seen.headers['impersonate-user'], 'hub:ada');
  assert.equal(seen.headers['impersonate-group'], 'hub:users');
  assert.equal(seen.headers['content-type'], 'application/json');
  for (const name of ['authorization', 'x-remote-user', 'x-forwarded-user', 'x-holdfast-user'])
    assert.equal(seen.headers[name], undefined, name);
});

test('a reader who does not read stops nobody else, and gets everything in the end', async () => {
  const unread = await asked('/large');
  unread.pause();
  assert.equal((await asked('/small')).statusCode, 200);
  assert.equal((await textOf(unread)).length, LARGE_BYTES);
});

async function upgraded(): Promise<Socket> {
  const call = https.get({
    host: '127.0.0.1',
    port: hubPort,
    path: '/sites/ship-1/exec',
    headers: { connection: 'Upgrade', upgrade: 'shout', authorization: 'Bearer stolen' },
    cert: person.certPem,
    key: person.keyPem,
    rejectUnauthorized: false,
    agent: false,
  });
  const [, socket] = (await once(call, 'upgrade')) as [unknown, Socket];
  socket.on('error', () => socket.destroy());
  return socket;
}

test('upgraded connections pass both ways, and everything ends the moment the link does', async () => {
  const socket = await upgraded();
  const heard: string[] = [];
  socket.on('data', (piece) => heard.push(String(piece)));
  socket.write('hello');
  await world.eventually('it is answered', () => heard.join('').endsWith('HELLO'));
  assert.equal(heard.join(''), 'hub:ada undefined\nHELLO');
  const watch = await asked('/watch');
  const [closed, broken] = [once(socket, 'close'), assert.rejects(textOf(watch))];
  world.site.link.cut();
  await Promise.all([closed, broken]);
  assert.equal(world.site.status().connection.tunnel, 'closed');
  assert.equal((await asked('/small')).statusCode, 503);
  world.site.link.restore();
  await world.eventually('it can be reached again', async () => (await asked('/small')).statusCode === 200);
});
