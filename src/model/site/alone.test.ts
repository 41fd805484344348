// What stays of a site of two nodes when only one is left.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { departed, siteAlone } from './alone.ts';
import { planPair } from './pair.ts';
import { masterOf, nodeAddress, ownNode, siteOn, workerHere } from './placement.ts';
import { DATA_FORMAT_VERSION, DEFAULT_PORTS, DEVICE_CLUSTER, type Machine, type Site } from './site.ts';

const machine = (name: string, node: string, role: Machine['role']): Machine => ({
  ...{ name, node, role, cluster: 'device', address: '10.50.0.11', cpuMillis: 1000, memoryBytes: 1, cpuShares: 1024 },
  pinned: role === 'worker',
});
const network = {
  subnet: '10.50.0.0/24',
  gateway: '10.50.0.1',
  doorAddress: '10.50.0.9',
  apiAddress: '10.50.0.10',
  serviceIps: { first: '10.50.0.200', last: '10.50.0.239' },
};
const pair = { ...planPair(network.subnet, (voter) => `/lab/${voter}`), wayOut: '10.50.0.8' };
const site: Site & { pair: typeof pair } = {
  ...{ formatVersion: DATA_FORMAT_VERSION, name: 's', id: 'a1b2c3', createdAt: '', domain: 'site.internal' },
  ...{ runtime: 'containerd', network, pair, ports: DEFAULT_PORTS, clusters: [DEVICE_CLUSTER] },
  machines: [
    machine('node-a-master', 'node-a', 'master'),
    machine('node-a-worker', 'node-a', 'worker'),
    machine('node-b-worker', 'node-b', 'worker'),
  ],
};

test('whichever node is left keeps addresses, names and its own machines, and the master', () => {
  for (const name of ['node-a', 'node-b']) {
    const left = siteAlone(site, name);
    assert.equal(left.pair, undefined);
    assert.equal(left.id, site.id);
    assert.deepEqual(left.alone, { accessDevice: 'lan0', wayOut: '10.50.0.8', formerly: pair });
    const own = siteOn(left, name);
    assert.equal(own.id, siteOn(site, name).id);
    assert.equal(ownNode(own), name);
    assert.equal(nodeAddress(own), nodeAddress(siteOn(site, name)));
    assert.deepEqual({ ...own.network, gateway: network.gateway }, network);
    assert.deepEqual(
      own.machines.map((one) => `${one.name} on ${one.node}`),
      [`node-a-master on ${name}`, `${name}-worker on ${name}`],
    );
    assert.deepEqual([masterOf(own).name, workerHere(own).name], ['node-a-master', `${name}-worker`]);
    const others = ['node-a', 'node-b', 'witness'].filter((other) => other !== name);
    assert.deepEqual(
      departed(left).map((voter) => voter.name),
      others,
    );
  }
  assert.deepEqual(departed(site), []);
});
