// A new site, and what an existing one takes up.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_PORTS, planNetwork } from '#model/site';
import { planChange, planSite, type SiteWishes } from './site.plan.ts';

const node = { cores: 2, memoryBytes: 24 * 1024 ** 3 };
const choice = planNetwork([]);
assert.ok(choice.kind === 'chosen');
const { network } = choice;
const make = (wishes: SiteWishes) =>
  planSite({ wishes, id: 'a1b2c3', createdAt: '2026-01-01T00:00:00Z', node, network, ports: DEFAULT_PORTS });

test('a new site has a master and a worker with addresses of the switch', () => {
  const site = make({ name: 'ship-1', outsideAddress: '192.0.2.7' });
  assert.deepEqual(
    site.machines.map(({ name, role, address, pinned }) => ({ name, role, address, pinned })),
    [
      { name: 'node-a-master', role: 'master', address: '10.50.0.11', pinned: false },
      { name: 'node-a-worker', role: 'worker', address: '10.50.0.12', pinned: true },
    ],
  );
  assert.equal(site.outsideAddress, '192.0.2.7');
  assert.equal(site.domain, 'site.internal');
});

test('names that cannot be are refused', () => {
  for (const name of ['Ship', '-a', 'a.b', 'a'.repeat(41)]) assert.throws(() => make({ name }), /--name/, name);
  assert.throws(() => make({ domain: 'a..b' }), /--domain/);
  assert.throws(() => make({ workerCpuMillis: 99_000 }), /does not fit/);
});

test('an existing site keeps what it was made with, and takes up address and sizes', () => {
  const site = make({ name: 'ship-1' });
  assert.deepEqual(planChange(site, {}, node), { site, taken: [], refused: [] });
  assert.deepEqual(planChange(site, { name: 'ship-1', runtime: 'containerd' }, node).refused, []);
  const refused = planChange(
    site,
    { name: 'other', domain: 'x.y', runtime: 'simulated', serviceIps: { first: '10.9.0.200', last: '10.9.0.201' } },
    node,
  ).refused;
  assert.deepEqual(
    refused.map((text) => text.split(' ')[0]),
    ['--name', '--domain', '--runtime', '--service-ips'],
  );
  const change = planChange(site, { outsideAddress: '192.0.2.7', workerCpuMillis: 1000 }, node);
  assert.deepEqual(change.taken, ['--address', '--worker-cpu or --worker-memory']);
  assert.deepEqual(
    change.site.machines.map((machine) => machine.cpuMillis),
    [2000, 1000],
  );
  assert.equal(change.site.machines[1]?.memoryBytes, site.machines[1]?.memoryBytes);
});
