// Doors and ports on the loopback address.
import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { WorldError } from '#base';
import { freePort, portState } from './ports.ts';
import { openTcpDoor } from './tcp-door.ts';

const HOST = '127.0.0.1';

test('bytes go both ways, also after one side has said everything', async () => {
  const inner = net.createServer({ allowHalfOpen: true }, (socket) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    // Answers only once it was told the end: a door that closes too much would lose the answer.
    socket.on('end', () => socket.end(`got ${Buffer.concat(chunks).length}`));
  });
  await new Promise<void>((resolve) => inner.listen(0, HOST, () => resolve()));
  const { port } = inner.address() as net.AddressInfo;
  const door = await openTcpDoor({ host: HOST, port: 0 }, { host: HOST, port });
  const answer = await new Promise<string>((resolve, reject) => {
    const client = net.connect({ host: HOST, port: door.port, allowHalfOpen: true });
    let text = '';
    client.on('data', (chunk) => {
      text += chunk.toString();
    });
    client.on('end', () => resolve(text));
    client.on('error', reject);
    client.end(Buffer.alloc(300_000));
  });
  assert.equal(answer, 'got 300000');
  assert.equal(await portState(HOST, door.port), 'taken');
  await assert.rejects(
    openTcpDoor({ host: HOST, port: door.port }, { host: HOST, port }),
    (error) => error instanceof WorldError && error.code === 'Conflict' && /in use/.test(error.message),
  );
  await door.close();
  inner.close();
  assert.equal(await portState(HOST, door.port), 'free');
});

test('an address of another machine is told', async () => {
  assert.equal(await portState('203.0.113.1', await freePort(HOST)), 'not-our-address');
  await assert.rejects(
    openTcpDoor({ host: '203.0.113.1', port: 0 }, { host: HOST, port: 1 }),
    (error) =>
      error instanceof WorldError && error.code === 'Invalid' && /no address of this machine/.test(error.message),
  );
});
