// Ways to a site's cluster through the hub: who passes, as whom, and that they end with the link, the identity, or a revocation.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { after, before, beforeEach, test } from 'node:test';
import { parse } from 'yaml';
import { IDENTITY_LIFE_MS } from '../../src/model/link/index.ts';
import { systemClock } from '../../src/platform/clock/index.ts';
import { serveTunnel } from '../../src/platform/tunnel/index.ts';
import { DAY_MS, enrolled, type TestHub, type TestSite, testHub } from './hub.fixture.ts';

let of: TestHub;
let site: TestSite;

/** The API of a site, as the far end of its tunnel. */
const api = http.createServer((request, response) => {
  if (request.url?.includes('watch=true')) return void response.write('{"type":"BOOKMARK"}\n');
  let body = '';
  request.on('data', (piece) => {
    body += piece;
  });
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
  });
});
api.on('upgrade', (request, socket: Duplex) => {
  socket.on('error', () => socket.destroy());
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${request.headers.upgrade}\r\n\r\n`,
  );
  socket.write(`user ${request.headers['x-holdfast-user']}\n`);
  socket.on('data', (piece: Buffer) => socket.write(piece.toString().toUpperCase()));
});

interface Person {
  readonly server: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

async function person(user: string, at = 'ship-1', days = 30): Promise<Person> {
  const { text } = await of.hub.operator.kubeconfig(at, user, days);
  const config = parse(text);
  const pem = (value: string): string => Buffer.from(value, 'base64').toString();
  const [{ cluster }] = config.clusters;
  const [{ user: keys }] = config.users;
  return {
    // The fixture's hub has whatever port was free.
    server: cluster.server.replace(/:0\//, `:${of.hub.port}/`),
    ca: pem(cluster['certificate-authority-data']),
    cert: pem(keys['client-certificate-data']),
    key: pem(keys['client-key-data']),
  };
}

const send = (
  who: Partial<Person> & { server: string; ca: string },
  path: string,
  options: https.RequestOptions = {},
) => https.request(`${who.server}${path}`, { ca: who.ca, cert: who.cert, key: who.key, agent: false, ...options });

/** The answer once it has begun. */
async function begin(
  who: Parameters<typeof send>[0],
  path: string,
  options: https.RequestOptions & { body?: string } = {},
): Promise<IncomingMessage> {
  const request = send(who, path, options);
  request.end(options.body);
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return answer;
}

async function ask(...args: Parameters<typeof begin>) {
  const answer = await begin(...args);
  const body = JSON.parse(Buffer.concat(await answer.toArray()).toString());
  return { status: answer.statusCode, body };
}

async function openTunnel(): Promise<Duplex> {
  const stream = await site.tunnel();
  serveTunnel(stream, (connection) => void api.emit('connection', connection), systemClock);
  while ((await of.hub.operator.site('ship-1')).cluster !== 'reachable') await new Promise(setImmediate);
  return stream;
}

before(async () => {
  of = await testHub();
  site = await enrolled(of, 'id-1', 'ship-1');
  await enrolled(of, 'id-2', 'ship-2');
});
beforeEach(async () => {
  await openTunnel();
});
after(async () => {
  api.closeAllConnections();
  await of.close();
});

test('a request passes with its body, as the user that the certificate names', async () => {
  const ada = await person('ada');
  const { status, body } = await ask(ada, '/api/v1/namespaces/shop/pods?limit=5', {
    method: 'POST',
    body: 'b'.repeat(100_000),
    headers: {
      'X-Holdfast-User': 'root',
      'x-remote-group': 'system:masters',
      'x-holdfast-groups': 'system:masters',
      authorization: 'Bearer x',
      accept: 'application/json',
    },
  });
  assert.equal(status, 200);
  assert.deepEqual(
    [body.method, body.url, body.body.length],
    ['POST', '/api/v1/namespaces/shop/pods?limit=5', 100_000],
  );
  const { headers } = body;
  assert.deepEqual(
    [headers['x-holdfast-user'], headers.accept, headers.host],
    ['ada', 'application/json', 'kubernetes'],
  );
  for (const name of ['x-remote-group', 'x-holdfast-groups', 'authorization'])
    assert.equal(headers[name], undefined, name);
});

test('whoever has no certificate, another site, or wants to be somebody else is refused with a Status', async () => {
  const ada = await person('ada');
  const refused = async (expected: number, message: RegExp, ...args: Parameters<typeof ask>): Promise<void> => {
    const { status, body } = await ask(...args);
    assert.deepEqual([status, body.kind, body.code], [expected, 'Status', expected]);
    assert.match(body.message, message);
  };
  await refused(401, /client certificate of this hub is needed/, { server: ada.server, ca: ada.ca }, '/api');
  await refused(403, /ada may not reach ship-2/, { ...ada, server: ada.server.replace('ship-1', 'ship-2') }, '/api');
  await refused(403, /ada may not reach nowhere/, { ...ada, server: ada.server.replace('ship-1', 'nowhere') }, '/api');
  await refused(403, /impersonation/, ada, '/api', { headers: { 'Impersonate-User': 'root' } });
  const asSite = { ...ada, cert: site.certPem, key: site.keyPem };
  await refused(401, /client certificate of this hub is needed/, asSite, '/api');
  const person1 = await person('bob', 'ship-2');
  await refused(503, /ship-2 has no link to the hub now/, person1, '/api');
  const short = await person('carl', 'ship-1', 1);
  of.clock.jump(DAY_MS);
  await refused(401, /certificate of carl has expired/, short, '/api');
  // What people show does not open the site's door either.
  await siteDoorRefuses(ada);
});

async function siteDoorRefuses(ada: Person): Promise<void> {
  const { status, body } = await ask({ ...ada, server: ada.server.replace('/sites/ship-1', '') }, '/v1/heartbeat', {
    method: 'POST',
    body: '{}',
  });
  assert.deepEqual([status, body.code], [401, 'Identity']);
}

test('an upgrade and a watch pass, and the end of the link ends them at once', async () => {
  const ada = await person('ada');
  const upgrading = send(ada, '/api/v1/namespaces/shop/pods/web/exec?command=sh', {
    headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1' },
  });
  upgrading.end();
  const [answer, socket] = (await once(upgrading, 'upgrade')) as [IncomingMessage, Duplex];
  socket.on('error', () => socket.destroy());
  assert.equal(answer.statusCode, 101);
  const heard = await new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (piece: Buffer) => {
      text += piece;
      if (text.endsWith('HELLO')) resolve(text);
    });
    socket.write('hello');
  });
  assert.equal(heard, 'user ada\nHELLO');
  const watch = await begin(ada, '/api/v1/pods?watch=true');
  const [first] = await once(watch, 'data');
  assert.equal(String(first), '{"type":"BOOKMARK"}\n');

  const ends = Promise.all([once(socket, 'close'), assert.rejects(watch.toArray(), /aborted/)]);
  site.disconnect();
  await ends;
  while ((await of.hub.operator.site('ship-1')).cluster !== 'away') await new Promise(setImmediate);
  assert.equal((await ask(ada, '/api')).status, 503);
  await openTunnel();
  assert.equal((await ask(ada, '/api')).status, 200, 'the same kubeconfig works again');
});

test('a revoked user is cut off at once, also after a restart; others go on', async () => {
  const [ada, bob] = await Promise.all([person('ada'), person('bob')]);
  const [hers, his] = await Promise.all([begin(ada, '/api?watch=true'), begin(bob, '/api?watch=true')]);
  await Promise.all([once(hers, 'data'), once(his, 'data')]);
  const cut = assert.rejects(hers.toArray(), /aborted/);
  assert.ok((await of.hub.operator.revoke('ada', 'ship-1')) > 0);
  await cut;
  assert.equal((await ask(ada, '/api')).status, 403);
  assert.equal((await ask(bob, '/api')).status, 200);
  assert.equal(his.destroyed, false);
  his.destroy();
  await assert.rejects(of.hub.operator.revoke('ada', undefined), /no kubeconfig that could be revoked/);
  assert.ok(of.hub.operator.users().some(({ user, revoked }) => user === 'ada' && revoked));
  await of.restart();
  site.disconnect(of.hub.port);
  await openTunnel();
  assert.equal((await ask({ ...ada, server: `https://127.0.0.1:${of.hub.port}/sites/ship-1` }, '/api')).status, 403);
  assert.equal((await ask({ ...bob, server: `https://127.0.0.1:${of.hub.port}/sites/ship-1` }, '/api')).status, 200);
});

test('what a kubeconfig has open ends with it, others go on', async () => {
  const [short, long] = await Promise.all([person('dora', 'ship-1', 1), person('emil', 'ship-1', 30)]);
  const [hers, his] = await Promise.all([begin(short, '/api?watch=true'), begin(long, '/api?watch=true')]);
  await Promise.all([once(hers, 'data'), once(his, 'data')]);
  const cut = assert.rejects(hers.toArray(), /aborted/);
  of.clock.jump(DAY_MS);
  await of.clock.advance(30_000);
  await cut;
  assert.equal((await ask(long, '/api')).status, 200);
  assert.equal(his.destroyed, false);
  his.destroy();
});

test('a newer tunnel takes the place of the older, and one ends with the identity of its site', async () => {
  const stream = await openTunnel();
  const older = once(stream, 'close');
  await openTunnel();
  await older;
  const ada = await person('ada', 'ship-1', 300);
  assert.equal((await ask(ada, '/api')).status, 200);
  const watch = await begin(ada, '/api?watch=true');
  await once(watch, 'data');
  const cut = assert.rejects(watch.toArray(), /aborted/);
  of.clock.jump(IDENTITY_LIFE_MS);
  await of.clock.advance(60_000);
  await cut;
  assert.equal((await ask(ada, '/api')).status, 503);
  await assert.rejects(site.tunnel(), /403/);
});
