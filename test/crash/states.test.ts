// The proof for power cuts, and the proof that it can fail: with syncs switched off it does.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { testFolder } from '#platform/process';
import { judgeStates } from './states.ts';
import { type DiskOp, readTrace, traceShell } from './trace.ts';

const STATES = Number(process.env.HOLDFAST_CRASH_STATES ?? 2000);
const SEED = Number(process.env.HOLDFAST_CRASH_SEED ?? 1);

/** Three lives on one folder: killed, closed in good order, killed. */
async function traceLives(home: string, sync: 'full' | 'off'): Promise<DiskOp[]> {
  const folder = path.join(home, 'store');
  const acks = path.join(home, 'acks');
  const trace = path.join(home, 'trace');
  fs.mkdirSync(folder);
  const workload = path.join(import.meta.dirname, 'workload.ts');
  const options = JSON.stringify({ folder, sync, reservedBytes: 65_536, checkpointBytes: 400_000, historyEvents: 50 });
  const life = (seed: number, end: string): string =>
    `'${process.execPath}' '${workload}' '${acks}' ${SEED * 100 + seed} 250 ${end} '${options}'`;
  await traceShell(`${life(1, 'kill')}; ${life(2, 'close')} && ${life(3, 'kill')}; true`, trace);
  return readTrace(trace, folder, acks);
}

async function proof(sync: 'full' | 'off', act: (ops: DiskOp[], scratch: string) => Promise<void>): Promise<void> {
  const home = testFolder('crash');
  // States are only looked at, so they may stand in memory.
  const scratch = testFolder('crash', fs.existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir());
  try {
    await act(await traceLives(home, sync), path.join(scratch, 'store'));
  } finally {
    fs.rmSync(home, { recursive: true });
    fs.rmSync(scratch, { recursive: true });
  }
}

test('after any power cut every acknowledged write is there, in a consistent whole', async (t) => {
  await proof('full', async (ops, folder) => {
    assert.ok(ops.filter((op) => op.op === 'said' && op.text.startsWith('ack')).length >= 700, 'three lives wrote');
    const report = await judgeStates(ops, { count: STATES, seed: SEED, folder });
    t.diagnostic(`${report.states} states, ${report.repaired} with a torn end`);
    assert.deepEqual(report.failures, []);
    assert.ok(report.repaired > 0, 'torn ends were among them');
    assert.ok(report.states > STATES / 2, 'as many states as were asked for');
  });
});

test('the same proof fails when nothing is synced', async () => {
  await proof('off', async (ops, folder) => {
    const report = await judgeStates(ops, { count: STATES, seed: SEED, folder, stopAtFailures: true });
    assert.equal(report.failures.length, 1, 'a lost write was found');
  });
});
