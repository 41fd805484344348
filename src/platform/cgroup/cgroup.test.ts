// Control groups of this machine, and the fake.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { testName } from '#platform/process';
import { weightOfShares } from './cgroup-v2.driver.ts';
import { fakeCgroups, openCgroups } from './index.ts';

test('a group on this machine is made with its parents, takes limits and a process, kills it, is removed', async () => {
  const cgroups = openCgroups();
  const top = `/${testName('cgroup')}`;
  const group = `${top}/kubepods/pod1`;
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  try {
    cgroups.create(group);
    cgroups.setLimits(group, { cpuShares: 512, cpuMillis: 250, memoryBytes: 64 * 1024 * 1024 });
    assert.ok(cgroups.exists(group));
    assert.deepEqual(cgroups.children(top), ['kubepods']);
    cgroups.addProcess(group, child.pid ?? 0);
    assert.deepEqual(cgroups.processes(top), [child.pid]);
    assert.equal(cgroups.remove(top), false);
    assert.ok(cgroups.stats(group).memoryBytes >= 0);
    assert.ok(await cgroups.killAll(top));
    await ended;
    assert.deepEqual(cgroups.processes(top), []);
  } finally {
    child.kill('SIGKILL');
    await ended;
    assert.ok(cgroups.remove(top));
  }
  assert.equal(cgroups.exists(top), false);
  assert.throws(() => cgroups.stats(group), { code: 'NotFound' });
  assert.ok(await cgroups.killAll(top), 'what is not there needs no killing');
  assert.ok(cgroups.remove(top));
});

test('shares map onto weights as runc maps them', () => {
  assert.deepEqual([0, 2, 1024, 262144].map(weightOfShares), [1, 1, 39, 10000]);
});

test('the fake keeps groups and limits, and forgets a whole tree', () => {
  const cgroups = fakeCgroups();
  cgroups.create('/a/b/c');
  cgroups.setLimits('/a/b/c', { cpuShares: 2 });
  assert.deepEqual(cgroups.children('/a'), ['b']);
  cgroups.remove('/a/b');
  assert.deepEqual([...cgroups.groups.keys()], ['/a']);
});
