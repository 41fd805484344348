// What the version 2 driver writes where, on plain files, for machines that have version 1; test/guest proves that the kernel
// takes it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { systemClock } from '#platform/clock';
import { testFolder } from '#platform/process';
import { cgroupsV2 } from './cgroup-v2.driver.ts';

const root = testFolder('cgroup');
const cgroups = cgroupsV2({ root, clock: systemClock });
const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8');

/** A group as the kernel shows it, with these controllers usable. */
function group(folder: string, controllers: string): void {
  fs.mkdirSync(path.join(root, folder), { recursive: true });
  fs.writeFileSync(path.join(root, folder, 'cgroup.controllers'), `${controllers}\n`);
}

beforeEach(() => {
  group('', 'cpuset cpu io memory hugetlb pids rdma');
  group('site', 'cpuset cpu io memory pids');
  group('site/machine', 'memory');
});
after(() => fs.rmSync(root, { recursive: true }));

test('what can be used of the controllers is passed down to a group, from the top, and not further', () => {
  cgroups.create('/site/machine/system');
  assert.equal(read('cgroup.subtree_control'), '+cpu +cpuset +memory +pids +io');
  assert.equal(read('site/cgroup.subtree_control'), '+cpu +cpuset +memory +pids +io');
  assert.equal(read('site/machine/cgroup.subtree_control'), '+memory');
  assert.deepEqual(fs.readdirSync(path.join(root, 'site/machine/system')), []);
});

test('limits are set and lifted; swap space does not stretch the limit of memory', () => {
  cgroups.setLimits('/site', { cpuShares: 1024, cpuMillis: 1500, memoryBytes: 4096, processes: 7 });
  const limits = (): string[] =>
    ['cpu.weight', 'cpu.max', 'memory.max', 'memory.swap.max', 'pids.max'].map((file) => read(`site/${file}`));
  assert.deepEqual(limits(), ['39', '150000 100000', '4096', '0', '7']);
  cgroups.setLimits('/site', { cpuMillis: 0, memoryBytes: 0, processes: 0 });
  assert.deepEqual(limits(), ['39', 'max 100000', 'max', 'max', 'max']);
});
