// The processes of a site under fire: what dies is started again, what keeps dying is told, whoever is killed is replaced
// or adopted, what hangs is ended, and nobody is left behind.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import type { SiteStatus } from '#model/site';
import { argumentsOf, identityOf, isAlive, type ProcessIdentity, runningIdentities } from '#platform/process';
import { bringUp, eventually, testSite } from '../integration/site.fixture.ts';
import { adminDoor } from './doors.fixture.ts';
import { eventsOf } from './events.fixture.ts';

const site = testSite('processes');
const MAPS = '/api/v1/namespaces/default/configmaps';
const STOP_MS_MAX = 30_000;

const pidOf = (status: SiteStatus, name: string): number => {
  const found = status.processes.find((process) => process.name === name);
  assert.ok(found, `${name} runs`);
  return found.pid;
};
const pids = (status: SiteStatus): Record<string, number> =>
  Object.fromEntries(status.processes.filter(({ name }) => name !== 'holdfastd').map(({ name, pid }) => [name, pid]));
const condition = (status: SiteStatus, type: string) => status.conditions.find((one) => one.type === type);
const isReady = async (): Promise<SiteStatus | false> => {
  const status = await site.status();
  return status.phase === 'Ready' && status;
};
const put = async (name: string): Promise<void> => {
  const body = JSON.stringify({ metadata: { name } });
  const headers = { 'content-type': 'application/json' };
  assert.equal((await adminDoor(site).ask({ method: 'POST', path: MAPS, headers, body })).code, 201);
};
/** Every process that was started with the site's folder, but no command line. */
const ofSite = (): ProcessIdentity[] =>
  runningIdentities().filter(({ pid }) => {
    const argv = argumentsOf(pid);
    return argv.includes(site.data) && argv.some((argument) => /\/(holdfastd|kube|node|services)\.mjs$/.test(argument));
  });
/** Ended children that a process never asked about. */
const zombiesOf = (parent: number): string[] =>
  fs.readdirSync('/proc').filter((pid) => {
    if (!/^[0-9]+$/.test(pid)) return false;
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return state === 'Z' && Number(ppid) === parent;
    } catch {
      return false;
    }
  });

before(() => bringUp(site, '--runtime', 'simulated'));
after(() => site.destroy());

test('what dies is started again, and no zombie stays', async () => {
  await put('before');
  const ready = await site.status();
  const killed = ['kube', 'agent-node-a-worker', 'services'];
  for (const name of killed) process.kill(pidOf(ready, name), 'SIGKILL');
  await eventually('the site is Ready with new processes', async () => {
    const now = await isReady();
    return now && killed.every((name) => pids(now)[name] !== pids(ready)[name]);
  });
  assert.equal((await adminDoor(site).ask({ path: `${MAPS}/before` })).code, 200);
  assert.ok(eventsOf(site).includes('kube Died'));
  assert.deepEqual(zombiesOf(pidOf(ready, 'holdfastd')), []);
});

test('what keeps dying is told, and the site is Degraded until it lives', async () => {
  const degraded = await eventually('a condition tells that services keeps dying', async () => {
    const status = await site.status();
    const pid = status.processes.find(({ name }) => name === 'services')?.pid;
    const told = condition(status, 'ProcessesStable');
    if (told?.status === 'False' && status.phase === 'Degraded') return status;
    if (pid) process.kill(pid, 'SIGKILL');
    return undefined;
  });
  assert.match(condition(degraded, 'ProcessesStable')?.message ?? '', /services: killed by SIGKILL/);
  const { code } = await site.holdfast('status');
  assert.ok(code === 0 || code === 3);
  await eventually('the site is Ready again', isReady);
});

test('a supervisor killed with its guard is replaced by up, and its processes are adopted as they are', async () => {
  const old = await site.status();
  const keeper = identityOf(pidOf(old, 'holdfastd'));
  for (const name of ['guard', 'holdfastd']) process.kill(pidOf(old, name), 'SIGKILL');
  await eventually('holdfastd is dead', async () => keeper !== undefined && !isAlive(keeper));
  const alone = await site.status();
  assert.equal(alone.phase, 'Degraded');
  assert.equal(condition(alone, 'Supervised')?.status, 'False');
  await put('without-a-supervisor');
  const { code, stderr } = await site.holdfast('up');
  assert.equal(code, 0, stderr);
  const now = await site.status();
  assert.deepEqual({ ...pids(now), guard: 0 }, { ...pids(old), guard: 0 });
  process.kill(pidOf(now, 'agent-node-a-master'), 'SIGKILL');
  await eventually('an adopted process that dies is started again', async () => {
    const again = await isReady();
    return again && pids(again)['agent-node-a-master'] !== pids(now)['agent-node-a-master'];
  });
});

test('after everything was killed at once, up brings everything back', async () => {
  // The guard first: it would start another holdfastd meanwhile.
  const { processes } = await site.status();
  const inOrder = processes.toSorted((a, b) => Number(b.name === 'guard') - Number(a.name === 'guard'));
  for (const { pid } of inOrder) process.kill(pid, 'SIGKILL');
  await eventually('all are dead', async () => ofSite().length === 0);
  assert.equal((await site.status()).phase, 'Stopped');
  const { code, stderr } = await site.holdfast('up');
  assert.equal(code, 0, stderr);
  for (const name of ['before', 'without-a-supervisor'])
    assert.equal((await adminDoor(site).ask({ path: `${MAPS}/${name}` })).code, 200, name);
});

test('two commands at once: one is told to wait, nothing runs twice', async () => {
  const outcomes = await Promise.all([site.holdfast('up'), site.holdfast('up'), site.holdfast('up')]);
  for (const { code, stderr } of outcomes) assert.ok(code === 0 || code === 6, stderr);
  assert.ok(outcomes.some(({ code }) => code === 0));
  assert.equal(ofSite().length, (await site.status()).processes.length);
});

test('a process that hangs is ended when the site stops, and nobody is left', async () => {
  const status = await site.status();
  for (const name of ['services', 'agent-node-a-worker']) process.kill(pidOf(status, name), 'SIGSTOP');
  const began = Date.now();
  const { code, stderr } = await site.holdfast('down');
  assert.equal(code, 0, stderr);
  assert.ok(Date.now() - began < STOP_MS_MAX);
  assert.deepEqual(ofSite(), []);
  assert.equal((await site.status()).phase, 'Stopped');
});
