// A tunnel inside an HTTP/2 stream over real sockets: requests, upgrades, a slow reader, and its end.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import net, { type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { after, before, test } from 'node:test';
import { systemClock } from '#platform/clock';
import { passTunneled, passTunneledUpgrade } from './pass.ts';
import { openTunnel, serveTunnel, type Tunnel } from './tunnel.ts';

/** What stands behind the far end. */
const site = http.createServer((request, response) => {
  if (request.url === '/slow') return void response.write('begun');
  if (request.url === '/large') return void response.end(Buffer.alloc(8 * 1024 * 1024, 'x'));
  let body = '';
  request.on('data', (piece) => {
    body += piece;
  });
  request.on('end', () =>
    response.end(
      JSON.stringify({ url: request.url, user: request.headers['x-user'], cookie: request.headers.cookie, body }),
    ),
  );
});
site.on('upgrade', (request, socket) => {
  socket.on('error', () => socket.destroy());
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: ${request.headers.upgrade}\r\n\r\n`,
  );
  socket.on('data', (piece: Buffer) => socket.write(piece.toString().toUpperCase()));
});
const outer = http2.createServer({ settings: { enableConnectProtocol: true } });
const hub = http.createServer();
let tunnel: Tunnel;
let link: http2.ClientHttp2Session;
const port = (server: net.Server): number => (server.address() as AddressInfo).port;

before(async () => {
  for (const server of [site, outer, hub]) await once(server.listen(0, '127.0.0.1'), 'listening');
  const opened = new Promise<Duplex>((resolve) =>
    outer.on('stream', (stream) => {
      stream.respond({ ':status': 200 });
      resolve(stream);
    }),
  );
  link = http2.connect(`http://127.0.0.1:${port(outer)}`);
  await once(link, 'remoteSettings');
  const stream = link.request(
    { ':method': 'CONNECT', ':protocol': 'test', ':path': '/t', ':scheme': 'https', ':authority': 'hub' },
    { endStream: false },
  );
  const [headers] = await once(stream, 'response');
  assert.equal(headers[':status'], 200);
  // The end that dialled is the one that is asked.
  serveTunnel(
    stream,
    (connection) => {
      const inner = net.connect({ port: port(site), host: '127.0.0.1' });
      connection.pipe(inner).pipe(connection);
      inner.on('error', () => connection.destroy());
      connection.once('close', () => inner.destroy());
    },
    systemClock,
  );
  tunnel = openTunnel(await opened, systemClock);
  const call = (req: http.IncomingMessage) => ({
    connection: tunnel.connect(),
    path: req.url ?? '/',
    host: 'kubernetes',
    headers: { 'x-user': 'ada' },
  });
  hub.on('request', (req, res) => {
    passTunneled({ ...call(req), req, res }).catch((error) => res.headersSent || res.writeHead(503).end(String(error)));
  });
  hub.on('upgrade', (req, socket, head) => void passTunneledUpgrade({ ...call(req), req, socket, head }));
});

after(() => {
  link.destroy();
  site.closeAllConnections();
  hub.closeAllConnections();
  for (const server of [site, outer, hub]) server.close();
});

const at = (path: string): string => `http://127.0.0.1:${port(hub)}${path}`;

test('a request passes with its body; its identity is the one that was set', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, i) =>
      (
        await fetch(at(`/echo?n=${i}`), {
          method: 'POST',
          body: 'b'.repeat(i * 5000),
          headers: { 'X-User': 'mallory', cookie: 'c=1' },
        })
      ).json(),
    ),
  );
  assert.deepEqual(
    answers,
    Array.from({ length: 20 }, (_, i) => ({ url: `/echo?n=${i}`, user: 'ada', body: 'b'.repeat(i * 5000) })),
  );
});

test('one that is not read does not stop the others', async () => {
  const unread = await new Promise<http.IncomingMessage>((resolve) =>
    http.get(at('/large'), { agent: false }, resolve),
  );
  unread.pause();
  const echoed = (await (await fetch(at('/echo'))).json()) as { user: string };
  assert.equal(echoed.user, 'ada');
  const bytes = (await unread.toArray()).reduce((sum: number, piece: Buffer) => sum + piece.length, 0);
  assert.equal(bytes, 8 * 1024 * 1024);
});

test('an upgrade passes both ways, and the end of the link ends it at once, with every answer under way', async () => {
  const upgraded = http.get(at('/exec'), { agent: false, headers: { connection: 'Upgrade', upgrade: 'shout' } });
  const [answer, socket] = (await once(upgraded, 'upgrade')) as [http.IncomingMessage, net.Socket];
  assert.equal(answer.headers.upgrade, 'shout');
  socket.on('error', () => socket.destroy());
  socket.write('hello');
  const [heard] = await once(socket, 'data');
  assert.equal(String(heard), 'HELLO');
  const slow = await new Promise<http.IncomingMessage>((resolve) => http.get(at('/slow'), { agent: false }, resolve));
  const broken = assert.rejects(slow.toArray(), /aborted/);
  const closed = once(socket, 'close');
  link.destroy();
  await Promise.all([broken, closed, tunnel.ended]);
  assert.throws(() => tunnel.connect(), /ended/);
});
