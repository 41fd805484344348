// Port-forward through a WebSocket tunnel and straight SPDY, spoken by our own side of the protocol.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { createServer, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { createWebSocketStream, WebSocket } from 'ws';
import { spdyConnection } from './spdy-connection.ts';
import { type StreamFixture, streamFixture } from './stream.fixture.ts';

let echo: Server;
let fixture: StreamFixture;
before(async () => {
  echo = createServer((socket) => socket.on('error', () => socket.destroy()).pipe(socket));
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  fixture = await streamFixture({ forwardTo: (echo.address() as { port: number }).port });
});
after(async () => {
  await fixture.stop();
  await new Promise((resolve) => echo.close(resolve));
});

const PATH = '/api/v1/namespaces/default/pods/p/portforward';

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}

async function straight(): Promise<Duplex> {
  const headers = { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'portforward.k8s.io' };
  const call = request(fixture.url + PATH, { method: 'POST', headers }).end();
  const [answer, socket] = await once(call, 'upgrade');
  assert.equal(answer.headers['x-stream-protocol-version'], 'portforward.k8s.io');
  return socket as Duplex;
}

/** The name of this subprotocol is no token, so the client library is told after the fact. */
async function tunnelled(): Promise<Duplex> {
  const socket = new WebSocket(fixture.url.replace('http', 'ws') + PATH, {
    finishRequest: (call) => {
      call.setHeader('Sec-WebSocket-Protocol', 'SPDY/3.1+portforward.k8s.io');
      call.end();
    },
  });
  // The library refuses an answer with a subprotocol that it did not ask for; what it read is checked here instead.
  socket.on('upgrade', (answer) => {
    assert.equal(answer.headers['sec-websocket-protocol'], 'SPDY/3.1+portforward.k8s.io');
    delete answer.headers['sec-websocket-protocol'];
  });
  await once(socket, 'open');
  return createWebSocketStream(socket);
}

for (const [name, dial] of [
  ['straight', straight],
  ['tunnelled through a WebSocket', tunnelled],
] as const)
  describe(`port-forward ${name}`, () => {
    it('carries connections side by side, each ended by itself', async () => {
      const connection = spdyConnection(await dial(), { side: 'client' });
      const talk = async (id: string): Promise<void> => {
        const headers = { port: '80', requestid: id };
        const error = await connection.open({ ...headers, streamtype: 'error' });
        const data = await connection.open({ ...headers, streamtype: 'data' });
        error.end();
        const sent = id.repeat(200_000);
        data.end(sent);
        assert.ok((await text(data)) === sent);
        assert.equal(await text(error), '');
      };
      await Promise.all(['0', '1', '2'].map(talk));
      connection.destroy();
    });
    it('refuses streams that name no port', async () => {
      const connection = spdyConnection(await dial(), { side: 'client' });
      const stream = await connection.open({ streamtype: 'data', port: '0' });
      assert.equal(await text(stream), '');
      connection.destroy();
    });
  });

describe('a port that nobody listens on', () => {
  it('is told on the error stream', async () => {
    const other = await streamFixture({ forwardTo: 1 });
    const headers = { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'portforward.k8s.io' };
    const call = request(other.url + PATH, { method: 'POST', headers }).end();
    const [, socket] = await once(call, 'upgrade');
    const connection = spdyConnection(socket as Duplex, { side: 'client' });
    const error = await connection.open({ streamtype: 'error', port: '80', requestid: '0' });
    await connection.open({ streamtype: 'data', port: '80', requestid: '0' });
    assert.match(await text(error), /ECONNREFUSED/);
    connection.destroy();
    await other.stop();
  });
});
