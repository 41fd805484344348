// When a pod's token is asked for anew.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '#client';
import type { KubeObject } from '#model/kube';
import { fakeClock, rfc3339 } from '#platform/clock';
import { tokenFor } from './tokens.ts';

const YEAR_MS = 365 * 86_400_000;

function trial() {
  const clock = fakeClock();
  let asked = 0;
  const client = {
    createSub: async () => ({
      status: { token: `token-${++asked}`, expirationTimestamp: rfc3339(clock.now() + 3_607_000) },
    }),
  } as unknown as Client;
  const kept = new Map<string, KubeObject>() as never;
  const pod = { metadata: { name: 'p', namespace: 'n', uid: 'u' }, spec: { containers: [] } };
  return { clock, token: () => tokenFor({ client, clock, pod, kept }, { path: 'token' }) };
}

test('a token is kept until four fifths of its life', async () => {
  const { clock, token } = trial();
  assert.equal(await token(), 'token-1');
  await clock.advance(2_800_000);
  assert.equal(await token(), 'token-1');
  await clock.advance(100_000);
  assert.equal(await token(), 'token-2');
});

test('a jump either way makes it due, once', async () => {
  const { clock, token } = trial();
  assert.equal(await token(), 'token-1');
  clock.jump(2 * YEAR_MS);
  assert.equal(await token(), 'token-2');
  assert.equal(await token(), 'token-2');
  clock.jump(-2 * YEAR_MS);
  assert.equal(await token(), 'token-3');
  assert.equal(await token(), 'token-3');
});
