// What a process is seen to wait for.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { present } from '#base';
import { processWaits } from './waits.ts';

test('one that sleeps waits for no processor, one of many that loop does', async () => {
  const sleeper = spawn('sleep', ['600']);
  const loopers = Array.from({ length: availableParallelism() * 3 }, () => spawn('sh', ['-c', 'while :; do :; done']));
  try {
    const asleep = processWaits(present(sleeper.pid, 'it runs'));
    const pid = present(loopers[0]?.pid, 'it runs');
    const before = processWaits(pid);
    assert.equal(before.starvedMs, 0);
    const deadline = Date.now() + 60_000;
    let now = before;
    while (now.starvedMs < 20 && Date.now() < deadline) {
      await new Promise((resolve) => setImmediate(resolve));
      now = processWaits(pid, before);
    }
    assert.ok(now.starvedMs >= 20, `it waited ${now.starvedMs} ms`);
    assert.equal(now.blocked, false);
    const still = processWaits(present(sleeper.pid, 'it runs'), asleep);
    assert.ok(still.starvedMs < now.starvedMs);
  } finally {
    for (const child of [sleeper, ...loopers]) child.kill('SIGKILL');
  }
});

test('of a process that is gone nothing is known', () => {
  assert.deepEqual(processWaits(2 ** 30), { starvedMs: 0, blocked: false, delays: new Map() });
});
