// A node without containers: pods become ready in memory, and the node says so.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { testFolder } from '#platform/process';
import { resourceOf } from '../../src/client/index.ts';
import type { Node, Pod } from '../../src/model/kube/index.ts';
import { systemClock } from '../../src/platform/clock/index.ts';
import { memoryLog } from '../../src/platform/log/index.ts';
import { issueCertificate, newKeyPem } from '../../src/platform/x509/index.ts';
import { fakeClient } from '../../src/reconcile/client.fake.ts';
import { startNodeAgent } from '../../src/services/node-agent/index.ts';

const PODS = resourceOf<Pod>('', 'v1', 'pods');
const NODES = resourceOf<Node>('', 'v1', 'nodes');

async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    assert.ok(Date.now() < deadline, 'within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('a simulated node says so, its pods become ready or complete, static ones are mirrored, all end when deleted', async () => {
  const folder = testFolder('agent');
  const staticPodFolder = path.join(folder, 'static');
  fs.mkdirSync(staticPodFolder);
  const manifest = { kind: 'Pod', metadata: { name: 'fixed' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  fs.writeFileSync(path.join(staticPodFolder, 'fixed.json'), JSON.stringify(manifest));
  const keyPem = newKeyPem();
  const span = { notBeforeMs: 0, notAfterMs: Date.UTC(2090, 0, 1) };
  const certPem = await issueCertificate({ ...span, commonName: 'node', use: 'authority', keyPem });
  const client = fakeClient({ clock: systemClock });
  const agent = await startNodeAgent({
    nodeName: 'n',
    address: '10.0.0.1',
    listen: { host: '127.0.0.1', port: 0 },
    tls: { certPem, keyPem },
    clientCaPem: certPem,
    client,
    folder: path.join(folder, 'agent'),
    containerdSocket: '',
    cgroupRoot: '/nowhere',
    capacity: { cpuMillis: 1000, memoryBytes: 1 << 30, pods: 10, ephemeralBytes: 1 << 30 },
    staticPodFolder,
    clusterDns: '172.28.0.10',
    clusterDomain: 'cluster.local',
    runtime: 'simulated',
    clock: systemClock,
    log: memoryLog(),
  });
  try {
    const create = (name: string, restartPolicy: string) =>
      client.create(PODS, {
        metadata: { namespace: 'd', name },
        spec: { nodeName: 'n', restartPolicy, containers: [{ name: 'c', image: 'i' }] },
      });
    const phase = (namespace: string, name: string, wanted: string) =>
      eventually(async () => {
        const pod = await client.get(PODS, { namespace, name }).catch(() => undefined);
        return pod?.status?.phase === wanted ? pod : undefined;
      });
    await create('stays', 'Always');
    await create('ends', 'Never');
    await phase('d', 'stays', 'Running');
    await phase('d', 'ends', 'Succeeded');
    const mirror = await phase('default', 'fixed-n', 'Running');
    assert.ok(mirror.metadata?.annotations?.['kubernetes.io/config.mirror']);
    const node = await eventually(async () => {
      const found = await client.get(NODES, { name: 'n' });
      return found.status?.conditions ? found : undefined;
    });
    assert.equal(node.metadata?.labels?.['holdfast.dev/runtime'], 'simulated');
    assert.equal(node.status?.conditions?.find((c) => c.type === 'Ready')?.reason, 'SimulatedRuntime');
    await client.delete(PODS, { namespace: 'd', name: 'stays' });
    await eventually(async () => {
      const pod = await client.get(PODS, { namespace: 'd', name: 'stays' }).catch(() => undefined);
      return pod ? undefined : true;
    });
  } finally {
    await agent.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
