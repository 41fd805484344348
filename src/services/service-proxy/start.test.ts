// The proxy follows the API: whole rules first, then only what changed, and all of it again after a refusal.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceOf } from '#client';
import type { EndpointSlice, Service } from '#model/kube';
import { fakeClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { fakeNft } from '#platform/nft';
import { fakeClient } from '#reconcile';
import { startServiceProxy } from './index.ts';

const SERVICES = resourceOf<Service>('', 'v1', 'services');
const SLICES = resourceOf<EndpointSlice>('discovery.k8s.io', 'v1', 'endpointslices');
const service = (name: string, clusterIP: string): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'default', name },
  spec: { clusterIP, clusterIPs: [clusterIP], ports: [{ port: 80, protocol: 'TCP' }] },
});
const slice = (name: string, address: string): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { namespace: 'default', name: `${name}-x`, labels: { 'kubernetes.io/service-name': name } },
  addressType: 'IPv4',
  ports: [{ name: '', port: 8080, protocol: 'TCP' }],
  endpoints: [{ addresses: [address], conditions: { ready: true } }],
});

test('rules are written whole at first, then only what changed, and whole again when they were refused', async () => {
  const clock = fakeClock();
  const client = fakeClient({ clock });
  const nft = fakeNft();
  await client.create(SERVICES, service('a', '172.28.0.1'));
  await client.create(SLICES, slice('a', '172.27.0.5'));
  const proxy = startServiceProxy({
    client,
    nodeName: 'n',
    podCidr: '172.27.0.0/16',
    ownAddresses: ['172.28.0.10'],
    nft,
    clock,
    log: memoryLog(),
  });
  await clock.advance(100);
  await proxy.ready;
  assert.equal(nft.scripts.length, 1);
  assert.match(
    nft.scripts[0] ?? '',
    /delete table ip holdfast-services[\s\S]*172\.28\.0\.1 \. tcp \. 80 : goto in-default\/a/,
  );

  await client.create(SERVICES, service('dns', '172.28.0.10'));
  await clock.advance(100);
  assert.equal(nft.scripts.length, 1, 'an address that the machine serves itself needs no rule');

  await client.create(SERVICES, service('b', '172.28.0.2'));
  await client.create(SLICES, slice('b', '172.27.0.6'));
  await clock.advance(100);
  assert.equal(nft.scripts.length, 2, 'changes that come together are one script');
  assert.match(nft.scripts[1] ?? '', /default\/b/);
  assert.doesNotMatch(nft.scripts[1] ?? '', /default\/a|delete table/);

  nft.failNext();
  await client.delete(SERVICES, { namespace: 'default', name: 'a' });
  await clock.advance(2000);
  assert.match(nft.scripts.at(-1) ?? '', /delete table[\s\S]*default\/b/);
  assert.doesNotMatch(nft.scripts.at(-1) ?? '', /default\/a/);
  await proxy.stop();
});
