// The whole control plane on the real API server with the memory store: controllers, scheduler, and agents that only say
// that pods run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Client, resourceOf } from '#client';
import type {
  Deployment,
  Job,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StatefulSet,
} from '#model/kube';
import { rfc3339, systemClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { startControllers } from '#services/controllers';
import { startScheduler } from '#services/scheduler';
import { startTrialServer } from '../../src/services/apiserver/trial-server.fixture.ts';

const DEADLINE_MS = 60_000;
const pods = resourceOf<Pod>('', 'v1', 'pods');
const nodes = resourceOf<Node>('', 'v1', 'nodes');
const namespaces = resourceOf<Namespace>('', 'v1', 'namespaces');
const deployments = resourceOf<Deployment>('apps', 'v1', 'deployments');
const statefulSets = resourceOf<StatefulSet>('apps', 'v1', 'statefulsets');
const jobs = resourceOf<Job>('batch', 'v1', 'jobs');
const claims = resourceOf<PersistentVolumeClaim>('', 'v1', 'persistentvolumeclaims');
const volumes = resourceOf<PersistentVolume>('', 'v1', 'persistentvolumes');

/** Runs pods that have a node, and lets those go that are being deleted. */
function simulateAgents(client: Client, ends: (pod: Pod) => boolean): { close(): void } {
  let serial = 0;
  const act = async (pod: Pod): Promise<void> => {
    const at = { namespace: pod.metadata?.namespace, name: pod.metadata?.name ?? '' };
    if (!pod.spec?.nodeName) return;
    if (pod.metadata?.deletionTimestamp) {
      if (pod.metadata.deletionGracePeriodSeconds) await client.delete(pods, at, { gracePeriodSeconds: 0 });
      return;
    }
    const now = rfc3339(Date.now());
    const status = (phase: string, ready: string) => ({
      status: {
        phase,
        podIP: pod.status?.podIP ?? `172.27.${Math.floor(serial / 250)}.${(serial++ % 250) + 1}`,
        conditions: [{ type: 'Ready', status: ready, lastTransitionTime: now }],
      },
    });
    if (pod.status?.phase === 'Pending')
      await client.patch(pods, at, { type: 'strategic', body: status('Running', 'True') }, { subresource: 'status' });
    else if (pod.status?.phase === 'Running' && ends(pod)) {
      await client.patch(
        pods,
        at,
        { type: 'strategic', body: status('Succeeded', 'False') },
        { subresource: 'status' },
      );
    }
  };
  return client.cache(pods).onChange(({ type, object }) => {
    if (type !== 'deleted') setImmediate(() => void act(object).catch(() => undefined));
  });
}

async function controlPlane() {
  const trial = await startTrialServer();
  const log = memoryLog();
  const clientOf = (name: string) => trial.server.client({ name, groups: ['system:masters'] });
  const client = clientOf('system:admin');
  const agents = simulateAgents(client, (pod) => pod.metadata?.labels?.['job-name'] !== undefined);
  const controllers = await startControllers({
    client: clientOf('system:kube-controller-manager'),
    clock: systemClock,
    log,
    rootCaPem: () => trial.caPem,
    podCidr: '172.27.0.0/16',
    nodeLocalFolder: '/volumes',
  });
  const scheduler = startScheduler({ client: clientOf('system:kube-scheduler'), clock: systemClock, log });
  const addNodes = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const resources = { cpu: '64', memory: '256Gi', 'ephemeral-storage': '100Gi', pods: '500' };
      const name = `node-${i}`;
      const conditions = [{ type: 'Ready', status: 'True', lastHeartbeatTime: rfc3339(Date.now()) }];
      const status = { capacity: resources, allocatable: resources, conditions };
      const made = await client.create(nodes, { metadata: { name, labels: { 'kubernetes.io/hostname': name } } });
      await client.update(nodes, { ...made, status }, { subresource: 'status' });
    }
  };
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    const end = Date.now() + DEADLINE_MS;
    while (!(await holds())) {
      assert.ok(Date.now() < end, `${what}; log:\n${log.lines.slice(-20).join('')}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const stop = async (): Promise<void> => {
    await Promise.all([controllers.stop(), scheduler.stop()]);
    agents.close();
    await trial.stop();
  };
  return { client, log, addNodes, until, stop };
}

const template = (image: string, more: object = {}) => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'c', image, ...more }] },
});

test('a deployment becomes available, rolls, and goes with its namespace', async () => {
  const { client, addNodes, until, stop } = await controlPlane();
  try {
    await addNodes(2);
    await client.create(namespaces, { metadata: { name: 'n' } });
    const at = { namespace: 'n', name: 'web' };
    const spec = { replicas: 5, selector: { matchLabels: { app: 'web' } }, template: template('v1') };
    await client.create(deployments, { metadata: at, spec });
    const rolled = (image: string) => async () => {
      const { status, metadata } = await client.get(deployments, at);
      const list = (await client.list(pods, { namespace: 'n' })).items;
      return (
        status?.observedGeneration === metadata?.generation &&
        status?.updatedReplicas === 5 &&
        status.availableReplicas === 5 &&
        list.length === 5 &&
        list.every((pod) => pod.spec?.containers[0]?.image === image)
      );
    };
    await until('the deployment is available', rolled('v1'));
    await client.patch(deployments, at, { type: 'strategic', body: { spec: { template: template('v2') } } });
    await until('the deployment has rolled', rolled('v2'));
    await client.delete(namespaces, { name: 'n' });
    await until(
      'the namespace is gone',
      async () => !(await client.list(namespaces)).items.some((n) => n.metadata?.name === 'n'),
    );
    assert.equal((await client.list(pods, { namespace: 'n' })).items.length, 0);
  } finally {
    await stop();
  }
});

test('a stateful set with node-local volumes and a job reach their ends', async () => {
  const { client, addNodes, until, stop } = await controlPlane();
  try {
    await addNodes(2);
    await client.create(namespaces, { metadata: { name: 'n' } });
    const classes = resourceOf('storage.k8s.io', 'v1', 'storageclasses');
    const metadata = { name: 'trial-local' };
    const storageClass = {
      metadata,
      provisioner: 'holdfast.dev/node-local',
      volumeBindingMode: 'WaitForFirstConsumer',
    };
    await client.create(classes, storageClass as never);
    const claim = {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'trial-local',
      resources: { requests: { storage: '1Gi' } },
    };
    await client.create(statefulSets, {
      metadata: { namespace: 'n', name: 'db' },
      spec: {
        replicas: 2,
        serviceName: 'db',
        selector: { matchLabels: { app: 'web' } },
        template: template('v1', { volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claim }],
      },
    });
    await client.create(jobs, {
      metadata: { namespace: 'n', name: 'j' },
      spec: {
        completions: 4,
        parallelism: 2,
        template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] } },
      },
    });
    await until(
      'both replicas are ready',
      async () => (await client.get(statefulSets, { namespace: 'n', name: 'db' })).status?.readyReplicas === 2,
    );
    await until('the job is complete', async () =>
      Boolean(
        (await client.get(jobs, { namespace: 'n', name: 'j' })).status?.conditions?.some((c) => c.type === 'Complete'),
      ),
    );
    const bound = (await client.list(claims, { namespace: 'n' })).items;
    assert.deepEqual(
      bound.map((c) => c.status?.phase),
      ['Bound', 'Bound'],
    );
    for (const { spec } of bound) {
      const volume = await client.get(volumes, { name: spec?.volumeName ?? '' });
      const value = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms[0]?.matchExpressions?.[0]?.values?.[0];
      const pod = (await client.list(pods, { namespace: 'n' })).items.find((p) =>
        p.spec?.volumes?.some((v) => v.persistentVolumeClaim?.claimName === volume.spec?.claimRef?.name),
      );
      assert.equal(value, pod?.spec?.nodeName);
      assert.equal(volume.spec?.local?.path, `/volumes/${volume.metadata?.name}`);
    }
  } finally {
    await stop();
  }
});
