// A process that is asked whether it lives, on a clock that the test moves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { present, WorldError } from '#base';
import { type Clock, fakeClock } from '#platform/clock';
import { identityOf } from '#platform/process';
import { LIVENESS_MS, LIVENESS_SILENCE_MS } from './limits.ts';
import { watchLiveness } from './liveness.ts';

const identity = present(identityOf(process.pid), 'this process runs');

/** `asleep` lets time pass without anybody being called in time. */
function watched(answers: () => Promise<void>) {
  const time = fakeClock();
  let sleptMs = 0;
  const clock: Clock = { ...time, monotonicMs: () => time.monotonicMs() + sleptMs };
  const seen = { asked: 0, hung: [] as number[] };
  const watch = watchLiveness({
    identity: () => identity,
    clock,
    waits: () => ({ starvedMs: 0, blocked: false, delays: new Map() }),
    answers: () => {
      seen.asked++;
      return answers();
    },
    hung: (_, silentMs) => seen.hung.push(silentMs),
  });
  const asleep = (ms: number): void => {
    sleptMs += ms;
  };
  return { seen, watch, asleep, advance: (ms: number) => time.advance(ms) };
}
const silent = (): Promise<void> => new Promise(() => undefined);

test('a process that answers is asked once an interval, for ever', async () => {
  const { seen, advance } = watched(async () => undefined);
  await advance(LIVENESS_MS * 100);
  assert.deepEqual(seen, { asked: 100, hung: [] });
});

test('one that stays silent is asked once, and said to be hung once', async () => {
  const { seen, advance } = watched(silent);
  await advance(LIVENESS_MS + LIVENESS_SILENCE_MS - 1);
  assert.deepEqual(seen, { asked: 1, hung: [] });
  await advance(LIVENESS_SILENCE_MS * 10);
  assert.deepEqual(seen, { asked: 1, hung: [LIVENESS_SILENCE_MS] });
});

test('one that cannot be asked is starting or dying, and never hung', async () => {
  const { seen, advance } = watched(() => Promise.reject(new WorldError('Unavailable', 'nobody listens')));
  await advance(LIVENESS_MS * 100);
  assert.deepEqual(seen.hung, []);
});

test('an answer that comes late but in time ends the silence', async () => {
  let answer: () => void = () => undefined;
  const { seen, advance } = watched(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  for (let round = 0; round < 5; round++) {
    await advance(LIVENESS_SILENCE_MS - LIVENESS_MS);
    answer();
    await advance(LIVENESS_MS);
  }
  assert.deepEqual(seen.hung, []);
  assert.ok(seen.asked >= 5);
});

test('when who asks was stopped too, the process has its whole time again', async () => {
  const { seen, asleep, advance } = watched(silent);
  await advance(LIVENESS_SILENCE_MS);
  asleep(3_600_000);
  await advance(LIVENESS_SILENCE_MS);
  assert.deepEqual(seen.hung, []);
  await advance(LIVENESS_MS);
  assert.equal(seen.hung.length, 1);
});

test('nobody is asked or said to be hung after the end of the watch', async () => {
  const { seen, watch, advance } = watched(silent);
  await advance(LIVENESS_MS);
  watch.close();
  await advance(LIVENESS_SILENCE_MS * 10);
  assert.deepEqual(seen, { asked: 1, hung: [] });
});
