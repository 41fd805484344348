// The client against a small server on loopback that answers as it is told to, wrongly too.
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { WorldError } from '#base';
import { fakeClock, systemClock } from '#platform/clock';
import { ntpClient, serverAddress } from './client.ts';
import { readAnswer } from './packet.ts';

const NOT_BEFORE = Date.UTC(2026, 10, 1);
const server: Socket = createSocket('udp4');
let answer: (request: Buffer) => Buffer | undefined = () => undefined;
let at = '';

before(async () => {
  server.on('message', (request, from) => {
    const bytes = answer(request);
    if (bytes) server.send(bytes, from.port, from.address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  at = `127.0.0.1:${server.address().port}`;
});
after(() => server.close());

/** A right answer by `timeMs`, to be spoilt. */
function rightAnswer(request: Buffer, timeMs: number): Buffer {
  const bytes = Buffer.alloc(48);
  bytes[0] = 0x24;
  bytes[1] = 2;
  request.copy(bytes, 24, 40, 48);
  for (const field of [32, 40]) {
    const seconds = timeMs / 1000 + 2_208_988_800;
    bytes.writeUInt32BE(Math.floor(seconds) % 2 ** 32, field);
    bytes.writeUInt32BE(Math.floor((seconds % 1) * 2 ** 32), field + 4);
  }
  return bytes;
}
const client = ntpClient({ clock: systemClock, notBeforeMs: NOT_BEFORE });

test('the time of the server, with how far it can be off', async () => {
  for (const timeMs of [
    Date.UTC(2027, 5, 1, 12),
    Date.UTC(2036, 1, 7, 6, 28, 15),
    Date.UTC(2036, 1, 7, 6, 28, 17),
    Date.UTC(2099, 0, 1),
  ]) {
    answer = (request) => {
      const bytes = rightAnswer(request, timeMs);
      bytes.writeUInt32BE(65_536 / 10, 8);
      return bytes;
    };
    const reply = await client.ask(at);
    assert.ok(reply.kind === 'time');
    assert.ok(Math.abs(reply.timeMs - timeMs) <= reply.uncertaintyMs, new Date(timeMs).toISOString());
    assert.ok(reply.uncertaintyMs >= 99, 'what the server is off its own reference counts');
  }
});

test('the request tells nobody our time, and is another one each time', async () => {
  const seen: Buffer[] = [];
  answer = (request) => {
    seen.push(request);
    return rightAnswer(request, NOT_BEFORE);
  };
  await client.ask(at);
  await client.ask(at);
  assert.equal(seen[0]?.[0], 0x23);
  assert.ok(seen[0]?.subarray(1, 40).every((byte) => byte === 0));
  assert.notDeepEqual(seen[0]?.subarray(40), seen[1]?.subarray(40));
});

test('a kiss of death is told with its code', async () => {
  for (const code of ['DENY', 'RSTR', 'RATE']) {
    answer = (request) => {
      const bytes = rightAnswer(request, NOT_BEFORE);
      bytes[1] = 0;
      bytes.write(code, 12, 'latin1');
      return bytes;
    };
    assert.deepEqual(await client.ask(at), { kind: 'kiss', code });
  }
});

test('what cannot be believed is refused by name', async () => {
  const spoilt: [(bytes: Buffer) => Buffer, RegExp][] = [
    [(bytes) => bytes.subarray(0, 47), /47 bytes/],
    [(bytes) => bytes.fill(0x23, 0, 1), /mode 3/],
    [(bytes) => bytes.fill(1, 24, 32), /another request/],
    [(bytes) => bytes.fill(0xe4, 0, 1), /does not know the time/],
    [(bytes) => bytes.fill(16, 1, 2), /does not know the time/],
    [(bytes) => bytes.fill(0, 40, 48), /without a time/],
  ];
  for (const [spoil, message] of spoilt) {
    answer = (request) => spoil(rightAnswer(request, NOT_BEFORE));
    await assert.rejects(
      client.ask(at),
      (error) => error instanceof WorldError && error.code === 'Corrupt' && message.test(error.message),
    );
  }
});

test('a kiss for another request is none', () => {
  assert.throws(() => readAnswer(Buffer.alloc(48, 0x24), new Uint8Array(8), NOT_BEFORE), /another request/);
});

test('silence ends in time, and a port where nobody listens at once', async () => {
  const clock = fakeClock();
  const heard = new Promise<void>((resolve) => {
    answer = () => void resolve();
  });
  const silent = ntpClient({ clock, notBeforeMs: NOT_BEFORE }).ask(at);
  const refused = assert.rejects(silent, /no answer/);
  await heard;
  await clock.advance(3_000);
  await refused;
  const gone = createSocket('udp4');
  gone.bind(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address();
  gone.close();
  await assert.rejects(
    client.ask(`127.0.0.1:${port}`),
    (error) => error instanceof WorldError && error.code === 'Unavailable',
  );
});

test('where a server is', () => {
  assert.deepEqual(serverAddress('time.example.org'), { host: 'time.example.org', port: 123 });
  assert.deepEqual(serverAddress('192.0.2.1:1123'), { host: '192.0.2.1', port: 1123 });
  assert.deepEqual(serverAddress('2001:db8::1'), { host: '2001:db8::1', port: 123 });
  assert.deepEqual(serverAddress('[2001:db8::1]:1123'), { host: '2001:db8::1', port: 1123 });
});
