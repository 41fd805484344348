// A key is in the queue once and worked on by one worker at a time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '#platform/clock';
import { workQueue } from './work-queue.ts';

test('a key that changes while it is worked on is worked on once more, never twice at a time', async () => {
  const clock = fakeClock();
  const passes: string[] = [];
  let release: () => void = () => undefined;
  const queue = workQueue({
    clock,
    concurrency: 4,
    work: (key) => {
      passes.push(key);
      return new Promise((resolve) => {
        release = resolve;
      });
    },
  });
  queue.add('a');
  queue.add('a');
  await clock.advance(0);
  assert.deepEqual(passes, [], 'nothing before the start');
  queue.start();
  await clock.advance(0);
  queue.add('a');
  queue.add('a');
  await clock.advance(0);
  assert.deepEqual(passes, ['a']);
  release();
  await clock.advance(0);
  assert.deepEqual(passes, ['a', 'a']);
  release();
  await queue.stop();
  assert.deepEqual(passes, ['a', 'a']);
});

test('of several delays the earliest counts', async () => {
  const clock = fakeClock();
  const passes: number[] = [];
  const queue = workQueue({ clock, concurrency: 1, work: async () => void passes.push(clock.monotonicMs()) });
  queue.start();
  queue.addAfter('a', 500);
  queue.addAfter('a', 200);
  queue.addAfter('a', 900);
  await clock.advance(1000);
  assert.deepEqual(passes, [200]);
  await queue.stop();
});

test('no more keys at a time than the concurrency', async () => {
  const clock = fakeClock();
  let running = 0;
  let most = 0;
  const queue = workQueue({
    clock,
    concurrency: 2,
    work: async () => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
    },
  });
  for (const key of 'abcdefgh') queue.add(key);
  queue.start();
  await clock.advance(0);
  assert.equal(most, 2);
  assert.deepEqual(queue.size, { waiting: 0, running: 0, delayed: 0 });
  await queue.stop();
});
