// A machine gets its configuration once its range is known, and follows nodes and load balancers.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { resourceOf } from '#client';
import type { Node, Service } from '#model/kube';
import { fakeClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { testFolder } from '#platform/process';
import { fakeRouting } from '#platform/route';
import { fakeClient } from '#reconcile';
import { startPodNetwork } from './index.ts';

const folder = testFolder('pod-network');
after(() => fs.rmSync(folder, { recursive: true }));

const NODES = resourceOf<Node>('', 'v1', 'nodes');
const node = (name: string, address: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec: {},
  status: { addresses: [{ type: 'InternalIP', address }] },
});

test('configuration, routes and addresses follow the API', async () => {
  const clock = fakeClock();
  const client = fakeClient({ clock });
  const routing = fakeRouting();
  const file = path.join(folder, '10-holdfast.conflist');
  await client.create(NODES, node('a', '10.50.0.11'));
  const network = startPodNetwork({
    client,
    nodeName: 'a',
    device: 'eth0',
    cniConfDir: folder,
    cniDataDir: '/ipam',
    mtu: 1500,
    pool: { first: '10.50.0.200', last: '10.50.0.210' },
    dnsAddress: '172.28.0.10',
    routing,
    clock,
    log: memoryLog(),
  });
  await clock.advance(100);
  assert.equal(routing.sysctls.get('net/ipv4/ip_forward'), '1');
  assert.ok(routing.held.get('lo')?.has('172.28.0.10'));
  assert.equal(fs.existsSync(file), false, 'no range, no configuration');

  await client.patch(NODES, { name: 'a' }, { type: 'merge', body: { spec: { podCIDR: '172.27.3.0/24' } } });
  await clock.advance(100);
  await network.ready;
  assert.match(fs.readFileSync(file, 'utf8'), /172\.27\.3\.0\/24/);

  await client.create(NODES, { ...node('b', '10.50.0.12'), spec: { podCIDR: '172.27.4.0/24' } });
  await client.create(resourceOf<Service>('', 'v1', 'services'), {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'default', name: 'lb', annotations: { 'holdfast.dev/announced-by': 'a' } },
    spec: { type: 'LoadBalancer' },
    status: { loadBalancer: { ingress: [{ ip: '10.50.0.200' }] } },
  });
  await clock.advance(100);
  assert.deepEqual([...routing.table], [['172.27.4.0/24', '10.50.0.12']]);
  assert.deepEqual(routing.announced, ['10.50.0.200']);

  await client.delete(NODES, { name: 'b' });
  await clock.advance(100);
  assert.deepEqual([...routing.table], []);
  await network.stop();
});
