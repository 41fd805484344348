// holdfastd under its guard: killed, it comes back by itself; the guard, killed, is replaced; there is never a second one,
// and neither outlives its site.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import type { SiteStatus } from '#model/site';
import { argumentsOf, identityOf, isAlive, type ProcessIdentity, runningIdentities } from '#platform/process';
import { bringUp, eventually, testSite } from './site.fixture.ts';

const site = testSite('guard');

const pids = (of: SiteStatus): Map<string, number> => new Map(of.processes.map(({ name, pid }) => [name, pid]));
function identity(of: SiteStatus, name: string): ProcessIdentity {
  const found = identityOf(pids(of).get(name) ?? 0);
  assert.ok(found, `${name} runs`);
  return found;
}
const running = (mark: (argv: string[]) => boolean): number[] =>
  runningIdentities()
    .map(({ pid }) => pid)
    .filter((pid) => mark(argumentsOf(pid)));
const guards = (): number[] => running((argv) => argv[1] === `${site.data}/run/guard.sh`);
const ofSite = (): number[] => running((argv) => argv.some((argument) => argument.startsWith(site.data)));

async function kill(...victims: ProcessIdentity[]): Promise<void> {
  for (const { pid } of victims) process.kill(pid, 'SIGKILL');
  await eventually('what was killed is gone', async () => !victims.some(isAlive));
}

/** The site as a holdfastd tells it that is not `old`, with its guard. */
const kept = (old?: ProcessIdentity): Promise<SiteStatus> =>
  eventually('holdfastd answers again', async () => {
    const now = await site.status();
    const own = pids(now).get('holdfastd');
    return now.phase === 'Ready' && own !== undefined && own !== old?.pid && pids(now).has('guard') && now;
  });

const others = (of: SiteStatus, ...except: string[]): [string, number][] =>
  [...pids(of)].filter(([name]) => !['holdfastd', ...except].includes(name)).sort();

before(() => bringUp(site, '--runtime', 'simulated'));
after(() => site.destroy());

test('a killed holdfastd comes back by itself, again and again, and everything else runs on', async () => {
  const first = await kept();
  await kill(identity(first, 'holdfastd'));
  const second = await kept(identityOf(pids(first).get('holdfastd') ?? 0));
  assert.deepEqual(others(second), others(first));
  assert.equal(second.processes.find(({ name }) => name === 'holdfastd')?.restarts, 1);
  // From now on it is a child of its guard.
  await kill(identity(second, 'holdfastd'));
  const third = await kept();
  assert.deepEqual(others(third), others(first));
  assert.deepEqual(guards(), [pids(first).get('guard')]);
  const events = await site.holdfast('events');
  assert.match(events.stdout, /holdfastd\s+StartedAgain/);
});

test('a killed guard is replaced, holdfastd runs on, and the new guard does the same', async () => {
  const old = await kept();
  await kill(identity(old, 'guard'));
  const now = await eventually('there is another guard', async () => {
    const status = await site.status();
    return pids(status).has('guard') && pids(status).get('guard') !== pids(old).get('guard') && status;
  });
  assert.equal(pids(now).get('holdfastd'), pids(old).get('holdfastd'));
  assert.deepEqual(guards(), [pids(now).get('guard')]);
  await kill(identity(now, 'holdfastd'));
  const again = await kept();
  assert.deepEqual(others(again), others(now));
  assert.deepEqual(guards(), [pids(now).get('guard')]);
});

test('one that keeps dying is told', async () => {
  const told = (await kept()).conditions.find(({ type }) => type === 'ProcessesStable');
  assert.equal(`${told?.status} ${told?.reason}`, 'False KeepsDying');
  assert.match(told?.message ?? '', /holdfastd: ended 3 times in a row/);
});

test('when both were killed, up brings them back, and takes over what runs', async () => {
  const old = await kept();
  await kill(identity(old, 'guard'), identity(old, 'holdfastd'));
  const alone = (await site.status()).conditions.find(({ type }) => type === 'Supervised');
  assert.match(alone?.message ?? '', /`holdfast up` starts it/);
  const up = await site.holdfast('up');
  assert.equal(up.code, 0, up.stderr);
  const now = await kept();
  assert.deepEqual(others(now, 'guard'), others(old, 'guard'));
  assert.deepEqual(guards(), [pids(now).get('guard')]);
  assert.equal(now.processes.find(({ name }) => name === 'holdfastd')?.restarts, 0, 'counted anew');
});

test('up does not wait for the guard, and there is one of each all the same', async () => {
  const old = await kept();
  await kill(identity(old, 'holdfastd'));
  const up = await site.holdfast('up');
  assert.equal(up.code, 0, up.stderr);
  const now = await kept();
  assert.deepEqual(others(now, 'guard'), others(old, 'guard'));
  assert.equal(ofSite().length, now.processes.length);
});

test('a guard whose site was taken away ends, and starts nothing', async () => {
  const old = await kept();
  const guard = identity(old, 'guard');
  fs.renameSync(site.data, `${site.data}-away`);
  try {
    await kill(identity(old, 'holdfastd'));
    await eventually('the guard has ended', async () => !isAlive(guard));
    assert.deepEqual(
      running((argv) => argv.includes(site.data) && argv.some((one) => one.endsWith('holdfastd.mjs'))),
      [],
    );
    assert.equal(fs.existsSync(site.data), false);
  } finally {
    fs.renameSync(`${site.data}-away`, site.data);
  }
  assert.equal((await site.holdfast('up')).code, 0);
});

test('a holdfastd that hangs is killed by whom it started, and comes back', async () => {
  const old = await kept();
  process.kill(pids(old).get('holdfastd') ?? 0, 'SIGSTOP');
  const now = await kept(identityOf(pids(old).get('holdfastd') ?? 0));
  assert.deepEqual(others(now), others(old));
  assert.match((await site.holdfast('events')).stdout, /holdfastd\s+Hung/);
});

test('down and destroy end the guard first, also while it brings holdfastd back', async () => {
  await kill(identity(await kept(), 'holdfastd'));
  const down = await site.holdfast('down');
  assert.equal(down.code, 0, down.stderr);
  assert.deepEqual(ofSite(), []);
  assert.equal((await site.status()).phase, 'Stopped');
  assert.equal((await site.holdfast('up')).code, 0);
  await kill(identity(await kept(), 'holdfastd'));
  const destroyed = await site.holdfast('destroy', '--yes');
  assert.equal(destroyed.code, 0, destroyed.stderr);
  assert.deepEqual(ofSite(), []);
  assert.equal(fs.existsSync(site.data), false);
});
