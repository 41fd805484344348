// The watchdog with real control groups, links and processes: what it ends, when, and what it lets be.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { afterEach, test } from 'node:test';
import { machineTime } from '#platform/clock';
import { processMemory } from '#platform/process';
import { callLines } from '#platform/socket';
import { mountHung } from './hung-mount.fixture.ts';
import { type Hierarchy, hierarchies, RELAY, STUBBORN, until, WatchedNode } from './watchdog.fixture.ts';

const SOON_MS = 4000;
const LONG_MS = 3_600_000;
const MEMORY_BYTES_MAX = 16 * 1024 * 1024;
const [OWN] = hierarchies();

let node: WatchedNode | undefined;
async function startNode(hierarchy: Hierarchy | undefined = OWN): Promise<WatchedNode> {
  assert(hierarchy, 'this machine has control groups; mount them: mount -t cgroup2 none /sys/fs/cgroup');
  node = new WatchedNode(hierarchy);
  await node.start();
  return node;
}
afterEach(async () => {
  await node?.stop();
  node = undefined;
});

/** Processes of a life that does not end by being asked, of which some are never the same twice. */
async function startLife(of: WatchedNode): Promise<void> {
  for (let i = 0; i < 4; i++) await of.startIn('pods/pod-1', RELAY);
  await of.startIn('pods', STUBBORN);
  await of.startIn('volumes', STUBBORN);
  await until('everything runs', () => of.processes().length >= 8);
}
const passes = (untilMs: number | undefined): Promise<void> =>
  until('the deadline passes', () => machineTime.bootMs() > (untilMs ?? Number.POSITIVE_INFINITY));

for (const hierarchy of hierarchies())
  test(`on ${hierarchy.name}, it lets be while it is renewed, and ends everything when who renews is stopped`, async () => {
    const of = await startNode(hierarchy);
    await startLife(of);
    const other = await of.startIn('system', ['sleep', '600']);
    const renewer = await of.startRenewer({ forMs: 2 * SOON_MS, id: 7 });
    await passes((await of.client.state()).untilMs);
    const renewed = await of.client.state();
    assert.deepEqual([renewed.state, renewed.id, renewed.clean], ['armed', 7, false]);
    assert.deepEqual(of.linksUp(), ['c0', 'c1']);

    renewer.kill('SIGSTOP');
    const fired = await of.reaches('fired');
    assert.ok(machineTime.bootMs() >= (fired.untilMs ?? Number.POSITIVE_INFINITY), 'not before the deadline');
    await until('nothing is left in its groups', async () => (await of.client.state()).clean);
    assert.deepEqual([...of.cgroups.processes(`${of.top}/pods`), ...of.cgroups.processes(`${of.top}/volumes`)], []);
    assert.deepEqual(of.processes(), [other.pid], 'what is not aimed at lives');
    assert.ok((await of.client.state()).fired.killed >= 8);
    assert.equal((await of.client.state()).fired.linksDown, 1);
    assert.ok(!of.linksUp().includes('c0'));
  });

test('told that there is no end, it never fires', async () => {
  const of = await startNode();
  await startLife(of);
  const first = machineTime.bootMs() + SOON_MS;
  await of.armed(first, 3);
  await of.armed('unbounded', 3);
  await passes(first);
  const { state, id, untilMs, clean } = await of.client.state();
  assert.deepEqual({ state, id, untilMs, clean }, { state: 'holding', id: 3, untilMs: undefined, clean: false });
});

test('it outlives who armed it, tells the next what it holds, and goes on by that', async () => {
  const of = await startNode();
  await startLife(of);
  const renewer = await of.startRenewer({ forMs: 2 * SOON_MS, id: 281474976710655 });
  renewer.kill('SIGKILL');
  const { state, id, untilMs = 0 } = await of.client.state();
  assert.deepEqual([state, id], ['armed', 281474976710655]);
  await of.armed(untilMs + LONG_MS, id ?? 0);
  await passes(untilMs);
  assert.equal((await of.client.state()).state, 'armed');
  assert.equal((await of.client.state()).clean, false);
});

test('once it has fired it ends what comes, until it is armed anew', async () => {
  const of = await startNode();
  of.client.fire();
  const { clean, fired } = await of.reaches('fired');
  assert.deepEqual([clean, fired], [true, { times: 1, killed: 0, aborted: 0, linksDown: 1 }]);
  const newcomer = await of.startIn('pods/pod-1', STUBBORN);
  await until('the newcomer ends', () => newcomer.signalCode === 'SIGKILL');
  of.ip('link set c0 up');
  await until('the link is down again', () => !of.linksUp().includes('c0'));

  of.client.arm(machineTime.bootMs() - 1, 4);
  await until('a deadline that is over is refused', () => of.client.follows === undefined);
  assert.equal((await of.client.state()).state, 'fired');
  await of.armed(machineTime.bootMs() + LONG_MS, 4);
  await startLife(of);
  of.ip('link set c0 up');
  assert.equal((await of.client.state()).state, 'armed');
  assert.deepEqual(of.linksUp(), ['c0', 'c1']);
});

test('woken after its deadline it fires at once, unless that very lease was renewed meanwhile', async () => {
  const of = await startNode();
  await startLife(of);
  const overslept = async (id: number, newId: number | undefined): Promise<void> => {
    const deadline = machineTime.bootMs() + SOON_MS;
    await of.armed(deadline, id);
    process.kill(of.watchdog.pid, 'SIGSTOP');
    if (newId) of.client.arm(machineTime.bootMs() + LONG_MS, newId);
    await passes(deadline);
    assert.ok(of.cgroups.processes(`${of.top}/volumes`).length > 0, 'nothing ends while it is stopped');
    if (newId) await until('it is missed', () => of.client.follows === undefined);
    process.kill(of.watchdog.pid, 'SIGCONT');
  };
  await overslept(1, 1);
  await until('it follows again', () => of.client.follows?.do === 'arm');
  assert.equal((await of.client.state()).state, 'armed');
  assert.equal((await of.client.state()).clean, false);
  await overslept(1, 2);
  await until('another lease comes too late', () => of.client.follows === undefined);
  await of.reaches('fired');
  await until('nothing is left', async () => (await of.client.state()).clean);
  await of.armed(machineTime.bootMs() + LONG_MS, 2);

  await startLife(of);
  await overslept(2, undefined);
  await of.reaches('fired');
  await until('nothing is left', async () => (await of.client.state()).clean);
});

test('what waits for a hung volume, and cannot be killed, stops nothing else and ends when its connection is aborted', async () => {
  const of = await startNode();
  const hung = await mountHung(`${of.folder}/mounts/a b/pvc`);
  try {
    const waits = await of.startIn('pods/pod-1', ['stat', `${of.folder}/mounts/a b/pvc`]);
    await hung.taken();
    waits.kill('SIGKILL');
    await until('it can be killed no more', () => stateOf(waits.pid) === 'D');
    // Aimed elsewhere, the watchdog does what can be done: it goes on killing, and says that something is left.
    of.client.aim({ ...of.targets, mountsBelow: [`${of.folder}/mounts/a`] });
    of.client.fire();
    await of.reaches('fired');
    const newcomer = await of.startIn('pods', STUBBORN);
    await until('a newcomer ends', () => newcomer.signalCode === 'SIGKILL');
    assert.equal(stateOf(waits.pid), 'D');
    assert.equal((await of.client.state()).clean, false);

    of.client.aim(of.targets);
    await until('it ends', () => waits.signalCode === 'SIGKILL');
    await until('nothing is left', async () => (await of.client.state()).clean);
    assert.equal((await of.client.state()).fired.aborted, 1);
  } finally {
    await hung.stop();
  }
});

test('one that starts anew is told what the one before held', async () => {
  const of = await startNode();
  await startLife(of);
  of.client.aim({ ...of.targets, groups: [`${of.top}/pods/pod-1`] });
  const deadline = machineTime.bootMs() + LONG_MS;
  await of.armed(deadline, 9);
  process.kill(of.watchdog.pid, 'SIGKILL');
  await until('it is missed', () => of.client.follows === undefined);
  await of.startWatchdog();
  await until('it follows', () => of.client.follows?.do === 'arm');
  const { state, untilMs, id } = await of.client.state();
  assert.deepEqual({ state, untilMs, id }, { state: 'armed', untilMs: deadline, id: 9 });
  of.client.fire();
  await until('what it aims at now is ended', async () => (await of.client.state()).clean);
  assert.equal(of.cgroups.processes(`${of.top}/pods`).length, 2, 'the shell and its sleep, which are aimed at no more');
});

test('it takes no order that could end the machine, keeps the targets it has, stands in no group, and is small', async () => {
  const of = await startNode();
  const before = of.targets;
  const wrong = [
    { ...before, groups: ['/'] },
    { ...before, groups: [`${of.top}/../..`] },
    { ...before, volumes: [''] },
    { ...before, mountsBelow: ['/'] },
    { ...before, links: ['a b'] },
    { groups: [] },
  ];
  for (const targets of wrong)
    for await (const answer of callLines(of.socket, { do: 'targets', seq: 5, ...targets })) {
      assert.match((answer as { error: string }).error, /^(a |no )/, JSON.stringify(targets));
      break;
    }
  for await (const answer of callLines(of.socket, ['arm', 'please'])) {
    assert.deepEqual(answer, { seq: 0, error: 'no such form' });
    break;
  }
  assert.deepEqual(of.processes(), [], 'it has left the group that it was started in');
  const { realTime } = await of.client.state();
  assert.equal(realTime, mayRunInRealTime());
  const { rssBytes } = processMemory(of.watchdog.pid);
  assert.ok(rssBytes > 0 && rssBytes < MEMORY_BYTES_MAX, `${rssBytes} bytes`);
  await startLife(of);
  of.client.fire();
  await until('the targets are what they were', async () => (await of.client.state()).clean);
});

/** As proc_pid_stat(5) shows it. */
const stateOf = (pid: number | undefined): string | undefined =>
  /\) (.)/.exec(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];

/** As far as this process may: it may stand in a group that has no time of that kind. */
function mayRunInRealTime(): boolean {
  try {
    execFileSync('chrt', ['-f', '50', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
