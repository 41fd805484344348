// Identities, daemons, locks: with real processes.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { after, test } from 'node:test';
import { systemClock } from '#platform/clock';
import { startDaemon } from './daemon.ts';
import { endProcess, identityOf, isAlive, processMemory, signalProcess } from './identity.ts';
import { tryLock } from './lock-file.ts';
import { testFolder } from './test-run.fake.ts';

const folder = testFolder('process');
after(() => fs.rmSync(folder, { recursive: true }));
const env = { PATH: process.env.PATH ?? '' };

test('a process is its number and its start, so a number used again is another process', () => {
  const me = identityOf(process.pid);
  assert.ok(me && isAlive(me));
  assert.equal(isAlive({ ...me, startTicks: me.startTicks + 1 }), false);
  assert.equal(isAlive({ ...me, bootId: 'another' }), false);
  assert.equal(signalProcess({ ...me, startTicks: 1 }, 'SIGKILL'), false);
  assert.ok(processMemory(process.pid).rssBytes > 0);
  assert.deepEqual(processMemory(2 ** 22 + 1), { rssBytes: 0, pssBytes: 0 });
});

test('a daemon has its own session, and its output goes to its file', { timeout: 30_000 }, async () => {
  const logFile = `${folder}/logs/one.log`;
  const { identity, ended } = await startDaemon({ argv: ['sh', '-c', 'echo said; exec sleep 600'], env, logFile });
  const stat = fs.readFileSync(`/proc/${identity.pid}/stat`, 'utf8');
  const session = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]);
  assert.equal(session, identity.pid);
  while (fs.readFileSync(logFile, 'utf8') !== 'said\n') await systemClock.sleep(5);
  await endProcess(identity, { graceMs: 10_000, clock: systemClock });
  assert.deepEqual(await ended, { code: null, signal: 'SIGTERM' });
});

test('one holds a lock, until it lets go', () => {
  const file = `${folder}/lock`;
  const first = tryLock(file);
  assert.equal(first.kind, 'held');
  const second = tryLock(file);
  assert.equal(second.kind === 'busy' && second.holder.pid, process.pid);
  if (first.kind === 'held') first.release();
  const third = tryLock(file);
  assert.equal(third.kind, 'held');
  if (third.kind === 'held') third.release();
  assert.deepEqual(
    fs.readdirSync(folder).filter((name) => name.startsWith('lock')),
    [],
  );
});

test('a dead holder and a damaged file do not keep a lock', async () => {
  const file = `${folder}/stale`;
  const child = spawn('sleep', ['600']);
  const identity = identityOf(child.pid ?? 0);
  assert.ok(identity);
  fs.writeFileSync(file, JSON.stringify(identity));
  assert.equal(tryLock(file).kind, 'busy');
  await endProcess(identity, { graceMs: 0, clock: systemClock });
  assert.equal(tryLock(file).kind, 'held');
  fs.writeFileSync(file, '{');
  assert.equal(tryLock(file).kind, 'held');
});
