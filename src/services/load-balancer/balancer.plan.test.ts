// Who gets which address, and who announces it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice, Node, Service } from '#model/kube';
import { ADDRESS_WISH, planAddress, planAnnouncer } from './balancer.plan.ts';

const pool = { first: '10.0.0.254', last: '10.0.1.1' };
const service = (name: string, ip?: string, more: Partial<Service> = {}): Service => ({
  metadata: { name, uid: name, ...more.metadata },
  spec: { type: 'LoadBalancer', ...more.spec },
  status: ip ? { loadBalancer: { ingress: [{ ip }] } } : {},
});

test('the first free address of the pool, across the edge of a byte', () => {
  assert.deepEqual(planAddress(service('a'), [service('b', '10.0.0.254'), service('c', '10.0.0.255')], pool), {
    kind: 'address',
    address: '10.0.1.0',
  });
});
test('an address that it has stays', () => {
  assert.deepEqual(planAddress(service('a', '10.0.1.1'), [], pool), { kind: 'address', address: '10.0.1.1' });
});
test('a full pool is said', () => {
  const others = ['10.0.0.254', '10.0.0.255', '10.0.1.0', '10.0.1.1'].map((ip) => service(ip, ip));
  assert.equal(planAddress(service('a'), others, pool).kind, 'none');
});
test('a wish is granted, or refused with the reason', () => {
  const wishing = (ip: string): Service =>
    service('a', undefined, { metadata: { annotations: { [ADDRESS_WISH]: ip } } });
  assert.deepEqual(planAddress(wishing('10.0.1.0'), [], pool), { kind: 'address', address: '10.0.1.0' });
  assert.match(
    JSON.stringify(planAddress(wishing('10.0.1.0'), [service('b', '10.0.1.0')], pool)),
    /another service has it/,
  );
  assert.match(JSON.stringify(planAddress(wishing('10.9.9.9'), [], pool)), /outside the pool 10.0.0.254-10.0.1.1/);
});

const node = (name: string, ready = 'True'): Node => ({
  metadata: { name },
  status: { conditions: [{ type: 'Ready', status: ready }] },
});
const slice = (nodeName: string): EndpointSlice => ({
  addressType: 'IPv4',
  endpoints: [{ addresses: ['1.1.1.1'], nodeName, conditions: { ready: true } }],
});

test('the present announcer stays while it is ready, and is replaced when it is not', () => {
  assert.equal(planAnnouncer(service('a'), [node('n1'), node('n2')], [], 'n2'), 'n2');
  assert.equal(planAnnouncer(service('a'), [node('n1'), node('n2', 'Unknown')], [], 'n2'), 'n1');
  assert.equal(planAnnouncer(service('a'), [node('n1', 'False')], [], 'n1'), undefined);
});
test('with policy Local only a machine with endpoints announces', () => {
  const local = service('a', undefined, { spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local' } });
  assert.equal(planAnnouncer(local, [node('n1'), node('n2')], [slice('n2')], 'n1'), 'n2');
  assert.equal(planAnnouncer(local, [node('n1')], [], 'n1'), undefined);
});
