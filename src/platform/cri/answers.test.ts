// Asks a runtime that answers, one that is silent, and one that is not there.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http2 from 'node:http2';
import net from 'node:net';
import path from 'node:path';
import { after, test } from 'node:test';
import { WorldError } from '#base';
import { testFolder } from '#platform/process';
import { runtimeAnswers } from './answers.ts';

const folder = testFolder('answers');
after(() => fs.rmSync(folder, { recursive: true }));
const listening = (server: net.Server, socket: string): Promise<void> =>
  new Promise((resolve) => server.listen(socket, () => resolve()));
const isUnavailable = (error: unknown): boolean => error instanceof WorldError && error.code === 'Unavailable';

test('any answer of the runtime is a sign of life', async () => {
  const socket = path.join(folder, 'one.sock');
  const asked: unknown[] = [];
  const server = http2.createServer();
  server.on('stream', (stream, headers) => {
    asked.push([headers[':method'], headers[':path'], headers['content-type']]);
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '14' }, { endStream: true });
  });
  await listening(server, socket);
  await runtimeAnswers(socket);
  assert.deepEqual(asked, [['POST', '/runtime.v1.RuntimeService/Version', 'application/grpc']]);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await assert.rejects(runtimeAnswers(socket), isUnavailable);
});

test('a runtime that takes connections and is silent is no sign of life, and its end is no answer', async () => {
  const socket = path.join(folder, 'two.sock');
  const connected = Promise.withResolvers<net.Socket>();
  const server = net.createServer((connection) => connected.resolve(connection));
  await listening(server, socket);
  let settled = false;
  const asking = assert.rejects(
    runtimeAnswers(socket).finally(() => {
      settled = true;
    }),
    isUnavailable,
  );
  const connection = await connected.promise;
  await new Promise((resolve) => connection.once('data', resolve));
  assert.equal(settled, false);
  connection.destroy();
  await asking;
  await new Promise<void>((resolve) => server.close(() => resolve()));
});
