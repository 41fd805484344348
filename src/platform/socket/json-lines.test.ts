// Requests and streams of answers over a unix socket.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, test } from 'node:test';
import { WorldError } from '#base';
import { testFolder } from '#platform/process';
import { callLines, serveLines } from './json-lines.ts';
import { canConnect } from './probe.ts';

const folder = testFolder('socket');
after(() => fs.rmSync(folder, { recursive: true }));
const all = async (path: string, request: unknown): Promise<unknown[]> => {
  const answers: unknown[] = [];
  for await (const answer of callLines(path, request)) answers.push(answer);
  return answers;
};

test('a request is answered with a stream, and a thrown error with its message', async () => {
  const path = `${folder}/one.sock`;
  const server = await serveLines(path, async function* (request) {
    const { count } = request as { count: number };
    if (count < 0) throw new Error('too few');
    for (let i = 0; i < count; i++) yield { i, text: 'ä\n'.repeat(i) };
  });
  try {
    assert.equal(fs.statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(await all(path, { count: 0 }), []);
    assert.equal((await all(path, { count: 2000 })).length, 2000);
    assert.deepEqual(await all(path, { count: -1 }), [{ error: { code: 'Failed', message: 'too few' } }]);
  } finally {
    await server.close();
  }
  await assert.rejects(all(path, {}), (error) => error instanceof WorldError && error.code === 'Unavailable');
});

test('a socket file that a dead server left is replaced', async () => {
  const path = `${folder}/two.sock`;
  fs.writeFileSync(path, '');
  assert.equal(await canConnect(path), false);
  const server = await serveLines(path, async function* () {
    yield 1;
  });
  assert.equal(await canConnect(path), true);
  assert.deepEqual(await all(path, {}), [1]);
  await server.close();
});

test('a caller that breaks off does not keep the server', async () => {
  const path = `${folder}/three.sock`;
  const server = await serveLines(path, async function* () {
    for (let i = 0; ; i++) yield i;
  });
  for await (const answer of callLines(path, {})) if (answer === 3) break;
  await server.close();
});
