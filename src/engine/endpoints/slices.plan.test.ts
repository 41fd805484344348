// How endpoints are spread over slices, by tables.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice } from '#model/kube';
import type { EndpointGroup } from './endpoints.plan.ts';
import { planSlices } from './slices.plan.ts';

const ports = [{ name: 'http', port: 80, protocol: 'TCP' }];
const group = (...addresses: string[]): EndpointGroup => ({
  addressType: 'IPv4',
  ports,
  endpoints: addresses.map((address) => ({ addresses: [address] })),
});
const slice = (name: string, ...addresses: string[]): EndpointSlice => ({
  metadata: { name, labels: {} },
  addressType: 'IPv4',
  ports,
  endpoints: addresses.map((address) => ({ addresses: [address] })),
});
const plan = (groups: EndpointGroup[], slices: EndpointSlice[]) => {
  const { create, update, remove } = planSlices({ groups, slices, labels: {}, emptyType: 'IPv4', endpointsMax: 2 });
  const shown = (endpoints: EndpointSlice['endpoints']) => (endpoints ?? []).map((e) => e.addresses[0]).join();
  return {
    create: create.map((body) => shown(body.endpoints)),
    update: update.map((s) => `${s.metadata?.name}:${shown(s.endpoints)}`),
    remove: remove.map((s) => s.metadata?.name),
  };
};

test('what is new fills room before a new slice is made', () => {
  assert.deepEqual(plan([group('1', '2', '3', '4')], [slice('a', '1')]), {
    create: ['3,4'],
    update: ['a:1,2'],
    remove: [],
  });
});
test('what is gone leaves, and an empty slice goes', () => {
  assert.deepEqual(plan([group('1')], [slice('a', '1', '2'), slice('b', '3')]), {
    create: [],
    update: ['a:1'],
    remove: ['b'],
  });
});
test('nothing changed, nothing written', () => {
  assert.deepEqual(plan([group('1', '2')], [slice('a', '1', '2')]), { create: [], update: [], remove: [] });
});
test('slices of ports that nobody has any more go; one empty slice stands for nothing', () => {
  assert.deepEqual(plan([], [slice('a', '1')]), { create: [''], update: [], remove: ['a'] });
});
