// Passing on to a node agent that stands behind mutual TLS: upgrades, logs as they come, and what happens when it is not there.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import type { ApiError } from '#client';
import { fakeClock } from '#platform/clock';
import { issueCertificate, newKeyPem } from '#platform/x509';
import { answerUpgradeError, type ProxyTls, proxyRequest, proxyToWebSocket, proxyUpgrade } from './index.ts';

const SPAN = { notBeforeMs: Date.UTC(2020, 0, 1), notAfterMs: Date.UTC(2090, 0, 1) };

async function pki() {
  const authority = { certPem: '', keyPem: newKeyPem() };
  authority.certPem = await issueCertificate({ ...SPAN, commonName: 'ca', use: 'authority', keyPem: authority.keyPem });
  const leaf = async (use: 'server' | 'client') => {
    const keyPem = newKeyPem();
    const names = use === 'server' ? ['127.0.0.1'] : [];
    const certPem = await issueCertificate({ ...SPAN, commonName: use, names, use, keyPem, issuer: authority });
    return { certPem, keyPem, caPem: authority.certPem };
  };
  return { server: await leaf('server'), client: await leaf('client') };
}

/** The node agent: says who called by upgrade, streams two lines of a log with a wait between, or keeps silent. */
function agent(
  tls: ProxyTls,
  sockets: Set<Duplex>,
): { server: https.Server; release(): void; seen: IncomingMessage[] } {
  const seen: IncomingMessage[] = [];
  let release = (): void => undefined;
  const options = { cert: tls.certPem, key: tls.keyPem, ca: tls.caPem, requestCert: true, rejectUnauthorized: true };
  const server = https.createServer(options, (req, res) => {
    seen.push(req);
    if (req.url === '/silent') return;
    if (req.url === '/broken') {
      res.write('half');
      setImmediate(() => res.destroy());
      return;
    }
    res.writeHead(200, { 'content-type': 'text/plain', 'x-agent': 'n' });
    res.write('one\n');
    release = () => res.end('two\n');
  });
  server.on('upgrade', (req: IncomingMessage, socket: Duplex) => {
    seen.push(req);
    const name = (req.socket as TLSSocket).getPeerCertificate().subject.CN;
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n${name}:`);
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return { server, release: () => release(), seen };
}

const listen = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

async function read(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const part of stream) text += part.toString();
  return text;
}

describe('passing on to a node agent', () => {
  const sockets = new Set<Duplex>();
  let node: ReturnType<typeof agent>;
  let front: http.Server;
  let client: ProxyTls;
  let ports = { agent: 0, front: 0, dead: 0 };
  const proxied: Promise<void>[] = [];
  const clock = fakeClock();

  before(async () => {
    const made = await pki();
    client = made.client;
    node = agent(made.server, sockets);
    front = http.createServer((req, res) => {
      const dead = req.headers['x-dead'] !== undefined;
      const target = { host: '127.0.0.1', port: dead ? ports.dead : ports.agent, path: req.url ?? '/' };
      proxyRequest({ req, res, target, tls: client, clock }).catch((error: ApiError) => {
        res.writeHead(error.code).end(error.message);
      });
    });
    front.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    front.on('upgrade', (req, socket, head) => {
      const dead = req.headers['x-dead'] !== undefined;
      const target = { host: '127.0.0.1', port: dead ? ports.dead : ports.agent, path: req.url ?? '/' };
      if (req.headers.upgrade === 'websocket')
        proxyToWebSocket({ upgrade: { req, socket, head }, target, tls: client }).catch((error: ApiError) =>
          answerUpgradeError(socket, error),
        );
      else proxied.push(proxyUpgrade({ req, socket, head, target, tls: client }));
    });
    const dead = createTcpServer();
    ports = { agent: await listen(node.server), front: await listen(front), dead: await listen(dead) };
    dead.close();
  });
  after(() => {
    for (const socket of sockets) socket.destroy();
    front.close();
    node.server.close();
  });

  const upgrade = (headers: Record<string, string> = {}): http.ClientRequest =>
    http
      .request({
        port: ports.front,
        host: '127.0.0.1',
        path: '/exec/a/b/c?command=x',
        method: 'POST',
        headers: {
          connection: 'Upgrade',
          upgrade: 'SPDY/3.1',
          authorization: 'Bearer secret',
          'x-kept': 'yes',
          ...headers,
        },
      })
      .end();
  const get = (path: string, headers: Record<string, string> = {}): http.ClientRequest =>
    http.get({ port: ports.front, host: '127.0.0.1', path, headers });

  it('an upgrade: bytes both ways, our certificate, not the secrets of the caller', async () => {
    const [, socket, head] = (await once(upgrade(), 'upgrade')) as [IncomingMessage, Duplex, Buffer];
    socket.unshift(head);
    socket.end('x'.repeat(300_000));
    assert.equal(await read(socket), `client:${'x'.repeat(300_000)}`);
    await proxied.at(-1);
    const { headers, url, method } = node.seen.at(-1) as IncomingMessage;
    assert.deepEqual(
      [method, url, headers.authorization, headers['x-kept'], headers.upgrade],
      ['POST', '/exec/a/b/c?command=x', undefined, 'yes', 'SPDY/3.1'],
    );
  });
  it('an upgrade: when the client goes, so does the way to the agent', async () => {
    const [, socket] = (await once(upgrade(), 'upgrade')) as [IncomingMessage, Duplex];
    const agentSide = (node.seen.at(-1) as IncomingMessage).socket;
    socket.destroy();
    if (!agentSide.destroyed) await once(agentSide, 'close');
    await proxied.at(-1);
  });
  it('an upgrade: when the agent goes, so does the client', async () => {
    const [, socket] = (await once(upgrade(), 'upgrade')) as [IncomingMessage, Duplex];
    (node.seen.at(-1) as IncomingMessage).socket.destroy();
    socket.resume();
    await once(socket, 'close');
    await proxied.at(-1);
  });
  it('an upgrade: an agent that is away is a 502 with a Status', async () => {
    const [answer] = (await once(upgrade({ 'x-dead': '1' }), 'response')) as [IncomingMessage];
    assert.equal(answer.statusCode, 502);
    const status = JSON.parse(await read(answer));
    assert.deepEqual([status.kind, status.code], ['Status', 502]);
    assert.match(status.message, /error dialing node agent at 127\.0\.0\.1/);
  });
  it('a log comes line by line, with the agent’s status and headers', async () => {
    const [answer] = (await once(get('/log'), 'response')) as [IncomingMessage];
    assert.equal(answer.headers['x-agent'], 'n');
    const [first] = await once(answer, 'data');
    assert.equal(String(first), 'one\n');
    node.release();
    assert.equal(await read(answer), 'two\n');
  });
  it('an answer that breaks off is not taken for whole', async () => {
    const [answer] = (await once(get('/broken'), 'response')) as [IncomingMessage];
    await assert.rejects(read(answer), { code: 'ECONNRESET' });
  });
  it('an agent that is away is a 502, one that keeps silent a 504', async () => {
    const [away] = (await once(get('/log', { 'x-dead': '1' }), 'response')) as [IncomingMessage];
    assert.equal(away.resume().statusCode, 502);
    const before = node.seen.length;
    const silent = once(get('/silent'), 'response') as Promise<[IncomingMessage]>;
    while (node.seen.length === before) await new Promise(setImmediate);
    await clock.advance(60_000);
    assert.equal((await silent)[0].resume().statusCode, 504);
  });
  it('a log over WebSocket comes as messages', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${ports.front}/log`, ['binary.k8s.io']);
    const lines: string[] = [];
    socket.on('message', (data) => {
      lines.push(String(data));
      if (lines.length === 1) node.release();
    });
    const [code] = await once(socket, 'close');
    assert.deepEqual([socket.protocol, lines, code], ['binary.k8s.io', ['one\n', 'two\n'], 1000]);
  });
});
