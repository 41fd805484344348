// Passes, retries, conflicts and full passes of a controller, on a clock that the test moves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorldError } from '#base';
import { ApiError, resourceOf } from '#client';
import type { ConfigMap } from '#model/kube';
import { fakeClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { fakeClient } from './client.fake.ts';
import { fullDiskRetryMs } from './limits.ts';
import { keyOf } from './object-key.ts';
import { type ReconcileOutcome, runControllers } from './run-controllers.ts';

const configMaps = resourceOf<ConfigMap>('', 'v1', 'configmaps');

function setup(reconcile: (key: string, pass: number) => Promise<{ againAfterMs: number } | undefined>) {
  const clock = fakeClock();
  const client = fakeClient({ clock });
  const log = memoryLog();
  const passes: { at: number; key: string; outcome?: ReconcileOutcome }[] = [];
  const start = () =>
    runControllers(
      [
        {
          name: 'test',
          watches: [{ cache: client.cache(configMaps), keys: (change) => [keyOf(change.object)] }],
          reconcile: (key) => {
            passes.push({ at: clock.monotonicMs(), key });
            return reconcile(key, passes.length);
          },
        },
      ],
      { clock, log, metrics: { reconciled: (_name, outcome) => Object.assign(passes.at(-1) ?? {}, { outcome }) } },
    );
  return { clock, client, log, passes, start };
}

test('what is there at the start is worked on, and what changes later', async () => {
  const { clock, client, passes, start } = setup(async () => undefined);
  await client.create(configMaps, { metadata: { namespace: 'a', name: 'one' } });
  const running = start();
  await clock.advance(0);
  await client.create(configMaps, { metadata: { namespace: 'a', name: 'two' } });
  await clock.advance(0);
  assert.deepEqual(
    passes.map((p) => p.key),
    ['a/one', 'a/two'],
  );
  await running.stop();
  await client.create(configMaps, { metadata: { namespace: 'a', name: 'three' } });
  await clock.advance(1000);
  assert.equal(passes.length, 2, 'a stopped controller does nothing');
});

test('failures come back with growing delays, and success forgets them', async () => {
  const { clock, client, passes, log, start } = setup(async (_key, pass) => {
    if (pass <= 4) throw new Error('no');
    return undefined;
  });
  await client.create(configMaps, { metadata: { namespace: 'a', name: 'one' } });
  const running = start();
  await clock.advance(10_000);
  assert.deepEqual(
    passes.map((p) => [p.at, p.outcome]),
    [
      [0, 'failed'],
      [5, 'failed'],
      [15, 'failed'],
      [35, 'failed'],
      [75, 'done'],
    ],
  );
  assert.equal(log.lines.length, 4);
  await running.stop();
});

for (const [where, refusal] of [
  ['over HTTP', new ApiError(507, 'InsufficientStorage', 'the disk is full')],
  ['in process', new WorldError('Exhausted', 'the disk is full')],
] as const)
  test(`what a full disk refused ${where} comes back soon, however long it was full`, async () => {
    const full = 600_000;
    const { clock, client, passes, start } = setup(async () => {
      if (clock.monotonicMs() < full) throw refusal;
      return undefined;
    });
    await client.create(configMaps, { metadata: { namespace: 'a', name: 'one' } });
    const running = start();
    await clock.advance(full + fullDiskRetryMs);
    assert.equal(passes.at(-1)?.outcome, 'done');
    await running.stop();
  });

test('a conflict is retried at once and not logged; a writer that never wins backs off', async () => {
  const { clock, client, passes, log, start } = setup(async (_key, pass) => {
    if (pass <= 9) throw new ApiError(409, 'Conflict', 'changed');
    return undefined;
  });
  await client.create(configMaps, { metadata: { namespace: 'a', name: 'one' } });
  const running = start();
  await clock.advance(5000);
  assert.deepEqual(
    passes.map((p) => p.outcome),
    [...Array(8).fill('conflict'), 'failed', 'done'],
  );
  assert.equal(passes[8]?.at, 0);
  assert.equal(passes[9]?.at, 5 * 2 ** 8);
  assert.equal(log.lines.length, 1);
  await running.stop();
});

test('a full pass comes without any change, and a pass can ask to come back', async () => {
  const { clock, client, passes, start } = setup(async (_key, pass) => (pass === 1 ? { againAfterMs: 70 } : undefined));
  await client.create(configMaps, { metadata: { namespace: 'a', name: 'one' } });
  const running = start();
  await clock.advance(600_000);
  assert.deepEqual(
    passes.map((p) => p.at),
    [0, 70, 600_000],
  );
  await running.stop();
});
