// What the audit says of requests on our sockets, and when they are answered.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditedAnswers } from './audited-answers.ts';

async function* answering<A>(...answers: A[]): AsyncGenerator<A> {
  yield* answers;
}

test('the last answer waits for the record, which has no secrets', async () => {
  const told: Readonly<Record<string, unknown>>[] = [];
  let release = (): void => undefined;
  const kept = new Promise<void>((resolve) => {
    release = resolve;
  });
  const tell = async (body: Readonly<Record<string, unknown>>): Promise<void> => {
    told.push(body);
    await kept;
  };
  const request = { version: 1, verb: 'link-activate', hub: 'https://hub', plane: 'hub', token: 'secret' };
  const seen = auditedAnswers(tell, request, answering({ kind: 'step' }, { kind: 'done' }));
  assert.deepEqual(await seen.next(), { done: false, value: { kind: 'step' } });
  let answered = false;
  const last = seen.next().then((value) => {
    answered = true;
    return value;
  });
  while (told.length === 0) await new Promise(setImmediate);
  assert.equal(answered, false);
  release();
  assert.deepEqual(await last, { done: false, value: { kind: 'done' } });
  assert.deepEqual(told, [
    { act: 'link-activate', door: 'command-line', plane: 'hub', hub: 'https://hub', outcome: 'done' },
  ]);
});

test('failures are told with their reason, a caller that leaves is told, and what only reads is not', async () => {
  const told: Readonly<Record<string, unknown>>[] = [];
  const tell = async (body: Readonly<Record<string, unknown>>): Promise<void> => void told.push(body);
  const all = async (verb: string, ...answers: { kind: string; code?: string; message?: string }[]) => {
    const seen: string[] = [];
    for await (const { kind } of auditedAnswers(tell, { verb, name: 'anna' }, answering(...answers))) seen.push(kind);
    return seen;
  };
  assert.deepEqual(await all('user-revoke', { kind: 'error', code: 'NotFound', message: 'no anna' }), ['error']);
  for (const verb of ['status', 'image-list', 'user-list', 'clock'])
    assert.deepEqual(await all(verb, { kind: 'a' }, { kind: 'b' }), ['a', 'b']);
  for await (const _ of auditedAnswers(tell, { verb: 'user-delete' }, answering({ kind: 'step' }, { kind: 'done' })))
    break;
  assert.deepEqual(told, [
    { act: 'user-revoke', door: 'command-line', name: 'anna', outcome: 'error', code: 'NotFound', message: 'no anna' },
    { act: 'user-delete', door: 'command-line', outcome: 'broken-off' },
  ]);
});
