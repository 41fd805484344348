// Which commands a switch and a cable take, from nothing, from half, and from all.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DATA_FORMAT_VERSION, DEFAULT_PORTS, DEVICE_CLUSTER, type Machine, planPair, type Site } from '#model/site';
import { outboundRules, planMachineNetwork, planSwitch } from './network.plan.ts';

const master: Machine = {
  name: 'node-a-master',
  node: 'node-a',
  cluster: 'device',
  role: 'master',
  address: '10.50.0.11',
  cpuMillis: 2000,
  memoryBytes: 1,
  cpuShares: 8192,
  pinned: false,
};
const site: Site = {
  formatVersion: DATA_FORMAT_VERSION,
  name: 's',
  id: 'a1b2c3',
  createdAt: '',
  domain: 'site.internal',
  runtime: 'containerd',
  network: {
    subnet: '10.50.0.0/24',
    gateway: '10.50.0.1',
    doorAddress: '10.50.0.9',
    apiAddress: '10.50.0.10',
    serviceIps: { first: '10.50.0.200', last: '10.50.0.239' },
  },
  ports: DEFAULT_PORTS,
  machines: [master],
  clusters: [DEVICE_CLUSTER],
};
const whole = { name: 'hfa1b2c3', up: true, addresses: ['10.50.0.1/24', '10.50.0.9/32'] };

test('the switch', () => {
  assert.deepEqual(planSwitch(site, [], 1400), [
    'link add name hfa1b2c3 address 02:50:a1:b2:c3:01 mtu 1400 type bridge',
    'link set hfa1b2c3 up',
    'addr add 10.50.0.1/24 dev hfa1b2c3',
    'addr add 10.50.0.9/32 dev hfa1b2c3',
  ]);
  assert.deepEqual(planSwitch(site, [{ ...whole, addresses: ['10.50.0.1/24'] }], 1400), [
    'addr add 10.50.0.9/32 dev hfa1b2c3',
  ]);
  assert.deepEqual(planSwitch(site, [whole], 1400), []);
});

test('the switch of a node that is the only one left of two leads to its clients as before, and has the doors', () => {
  const formerly = planPair('10.50.0.0/24', (voter) => `/lab/${voter}`);
  const alone: Site = { ...site, alone: { accessDevice: 'lan0', wayOut: '10.50.0.8', formerly } };
  assert.deepEqual(planSwitch(alone, [], 1400), [
    ...planSwitch(site, [], 1400).slice(0, 2),
    'link set lan0 master hfa1b2c3',
    ...planSwitch(site, [], 1400).slice(2),
    'route replace default via 10.50.0.8',
  ]);
  assert.deepEqual(planSwitch(alone, [whole], 1400), []);
});

test('the cable of a machine', () => {
  const of = { site, machine: master, host: [whole], within: [], hasDefaultRoute: false, mtu: 1500 };
  assert.deepEqual(planMachineNetwork(of), {
    outside: [
      'link add hfa1b2c3m0 mtu 1500 type veth peer name eth0 mtu 1500 netns hfa1b2c3-node-a-master',
      'link set hfa1b2c3m0 master hfa1b2c3',
      'link set hfa1b2c3m0 up',
    ],
    inside: [
      'addr add 10.50.0.11/24 dev eth0',
      'addr add 10.50.0.10/32 dev eth0',
      'link set eth0 up',
      'route add default via 10.50.0.1',
    ],
  });
  const orphan = planMachineNetwork({ ...of, host: [whole, { name: 'hfa1b2c3m0', up: true, addresses: [] }] });
  assert.equal(orphan.outside[0], 'link del hfa1b2c3m0');
  const done = planMachineNetwork({
    ...of,
    within: [
      { name: 'lo', up: true, addresses: ['127.0.0.1/8'] },
      { name: 'eth0', up: true, addresses: ['10.50.0.11/24', '10.50.0.10/32'] },
    ],
    hasDefaultRoute: true,
  });
  assert.deepEqual(done, { outside: [], inside: [] });
});

test('names fit the kernel', () => {
  const [first = ''] = planMachineNetwork({
    site,
    machine: master,
    host: [],
    within: [],
    hasDefaultRoute: false,
    mtu: 1500,
  }).outside;
  assert.ok((first.split(' ')[2] ?? '').length <= 15);
  assert.match(outboundRules(site, 'holdfast_a1b2c3'), /oifname != "hfa1b2c3" masquerade/);
});
