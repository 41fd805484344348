// Routes and addresses that a machine should have.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Service } from '#model/kube';
import { ANNOUNCED_BY, type NetworkState, planNetwork } from './network.plan.ts';

const node = (name: string, podCIDR: string | undefined, address: string): Node => ({
  metadata: { name },
  spec: { podCIDR },
  status: { addresses: [{ type: 'InternalIP', address }] },
});
const balanced = (ip: string, by: string): Service => ({
  metadata: { name: ip, annotations: { [ANNOUNCED_BY]: by } },
  spec: { type: 'LoadBalancer' },
  status: { loadBalancer: { ingress: [{ ip }] } },
});
const base: NetworkState = {
  nodeName: 'a',
  nodes: [
    node('a', '172.27.0.0/24', '10.50.0.11'),
    node('b', '172.27.1.0/24', '10.50.0.12'),
    node('new', undefined, '10.50.0.13'),
  ],
  services: [balanced('10.50.0.200', 'a'), balanced('10.50.0.201', 'b')],
  routes: new Map(),
  addresses: ['10.50.0.11', '10.50.0.5'],
  pool: { first: '10.50.0.200', last: '10.50.0.250' },
};

test('a fresh machine gets routes to the others and the addresses that it announces', () => {
  assert.deepEqual(planNetwork(base), {
    podCidr: '172.27.0.0/24',
    setRoutes: [['172.27.1.0/24', '10.50.0.12']],
    removeRoutes: [],
    addAddresses: ['10.50.0.200'],
    removeAddresses: [],
  });
});

test('what is as it should be is left alone', () => {
  const plan = planNetwork({
    ...base,
    routes: new Map([['172.27.1.0/24', '10.50.0.12']]),
    addresses: ['10.50.0.11', '10.50.0.200'],
  });
  assert.deepEqual([plan.setRoutes, plan.removeRoutes, plan.addAddresses, plan.removeAddresses], [[], [], [], []]);
});

test('routes of a machine that went, and addresses announced elsewhere, go; other addresses never do', () => {
  const plan = planNetwork({
    ...base,
    routes: new Map([['172.27.7.0/24', '10.50.0.99']]),
    addresses: ['10.50.0.5', '10.50.0.201'],
  });
  assert.deepEqual(plan.removeRoutes, ['172.27.7.0/24']);
  assert.deepEqual(plan.removeAddresses, ['10.50.0.201']);
});

test('a machine that moved gets its route changed', () => {
  assert.deepEqual(planNetwork({ ...base, routes: new Map([['172.27.1.0/24', '10.50.0.77']]) }).setRoutes, [
    ['172.27.1.0/24', '10.50.0.12'],
  ]);
});
