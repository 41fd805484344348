// Real processes under a supervisor: started, adopted, started again, ended.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { afterEach, beforeEach, test } from 'node:test';
import { type Clock, fakeClock, systemClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { identityOf, isAlive, testFolder } from '#platform/process';
import type { ProcessDeclaration, Supervisor } from './contract.ts';
import { openEventLog } from './event-log.ts';
import { LIVENESS_MS, LIVENESS_SILENCE_MS } from './limits.ts';
import { openProcessRecords } from './process-records.ts';
import { startSupervisor } from './supervisor.ts';

let folder: string;
const opened: Supervisor[] = [];
beforeEach(() => {
  folder = testFolder('supervisor');
});
afterEach(async () => {
  for (const supervisor of opened.splice(0)) for (const { name } of supervisor.states()) await supervisor.stop(name);
  fs.rmSync(folder, { recursive: true });
});

function supervisor(clock: Clock = systemClock): Supervisor {
  const made = startSupervisor({
    clock,
    log: memoryLog(),
    events: openEventLog({ file: `${folder}/events.jsonl`, clock: systemClock, log: memoryLog() }),
    records: openProcessRecords({ file: `${folder}/processes.json`, clock: systemClock, log: memoryLog() }),
    logFile: (name) => `${folder}/${name}.log`,
  });
  opened.push(made);
  return made;
}
const sleeper = (script = 'exec sleep 600'): ProcessDeclaration => ({
  name: 'sleeper',
  node: 'node-a',
  argv: ['sh', '-c', script],
  env: { PATH: process.env.PATH ?? '' },
  isReady: async () => true,
  stopGraceMs: 5000,
});
const pidOf = (of: Supervisor): number => of.states()[0]?.pid ?? 0;
const reasons = (): string[] =>
  fs
    .readFileSync(`${folder}/events.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { reason: string }).reason);
async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, 'the condition must come true');
    await systemClock.sleep(10);
  }
}

test('a process outlives its supervisor and is adopted by the next one', async () => {
  const first = supervisor();
  first.run(sleeper());
  await first.ready('sleeper');
  const pid = pidOf(first);
  first.release();
  opened.length = 0;
  const second = supervisor();
  second.run(sleeper());
  await second.ready('sleeper');
  assert.equal(pidOf(second), pid);
  assert.deepEqual(reasons(), ['Adopted']);
  process.kill(pid, 'SIGKILL');
  await until(() => pidOf(second) !== 0 && pidOf(second) !== pid);
  assert.equal(second.states()[0]?.restarts, 1);
});

test('a process that keeps dying is started again and said to be unstable', async () => {
  const one = supervisor();
  one.run(sleeper(`echo again >> ${folder}/starts; exit 3`));
  await until(() => fs.existsSync(`${folder}/starts`) && fs.readFileSync(`${folder}/starts`, 'utf8').length >= 4 * 6);
  await until(() => one.states()[0]?.unstable === true);
  assert.match(one.states()[0]?.lastEnd ?? '', /exit code 3/);
});

test('a stopped process is gone and stays gone, also one that ignores the request', async () => {
  const one = supervisor();
  one.run({ ...sleeper(`trap '' TERM; while :; do sleep 0.05; done`), stopGraceMs: 50 });
  await one.ready('sleeper');
  const identity = identityOf(pidOf(one));
  assert.ok(identity);
  await one.stop('sleeper');
  assert.equal(isAlive(identity), false);
  assert.deepEqual(one.states(), []);
  const file = `${folder}/processes.json`;
  assert.equal(openProcessRecords({ file, clock: systemClock, log: memoryLog() }).get('sleeper'), undefined);
});

test('a program that is missing is told, and tried again', async () => {
  const one = supervisor();
  one.run({ ...sleeper(), argv: [`${folder}/absent`] });
  await until(() => (one.states()[0]?.restarts ?? 0) >= 2);
  assert.match(one.states()[0]?.lastEnd ?? '', /cannot run/);
});

test('whoever waits for a process that is stopped is told', async () => {
  const one = supervisor();
  one.run({ ...sleeper(), isReady: async () => false });
  const waiting = assert.rejects(one.ready('sleeper'), /was stopped/);
  await one.stop('sleeper');
  await waiting;
});

test('a process that stays silent is killed and started again, and an event says why', async () => {
  const clock = fakeClock();
  const one = supervisor(clock);
  const moved = async (condition: () => boolean): Promise<void> => {
    const deadline = Date.now() + 20_000;
    while (!condition()) {
      assert.ok(Date.now() < deadline, 'the condition must come true');
      await clock.advance(LIVENESS_MS);
    }
  };
  let silent: number | undefined;
  one.run({
    ...sleeper(),
    answers: () => (pidOf(one) === silent ? new Promise(() => undefined) : Promise.resolve()),
  });
  await one.ready('sleeper');
  const pid = pidOf(one);
  const identity = identityOf(pid);
  assert.ok(identity);
  await clock.advance(LIVENESS_SILENCE_MS * 10);
  assert.equal(pidOf(one), pid);
  silent = pid;
  await moved(() => ![0, pid].includes(pidOf(one)));
  assert.equal(isAlive(identity), false);
  assert.match(one.states()[0]?.lastEnd ?? '', /killed because it hung: no sign of life for 20 s/);
  assert.deepEqual(reasons(), ['Hung', 'Died']);
  let stopped = false;
  void one.stop('sleeper').then(() => {
    stopped = true;
  });
  await moved(() => stopped);
});
