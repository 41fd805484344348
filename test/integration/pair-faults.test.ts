// What befalls a site of two nodes short of the loss of one, and beyond it: wires, the witness, a frozen node, holdfastd alone.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { moveLeaderOften } from './etcd-leader.fixture.ts';
import { writeBusyboxImage } from './image.fixture.ts';
import { bringUpPair, NODES, type NodeName, otherThan, pairSite, Writer } from './pair.fixture.ts';
import { eventually, ran } from './site.fixture.ts';

const site = pairSite('pairf');
const ELECTIONS = 300;
const FLAPS = 8;
const FLAP_MS = 700;
const IMAGE = 'busybox:1';
/** One pod pinned to each worker, which tells when it began. */
const pinned = (node: NodeName): string => `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: on-${node}}
spec:
  replicas: 1
  serviceName: none
  selector: {matchLabels: {app: on-${node}}}
  template:
    metadata: {labels: {app: on-${node}}}
    spec:
      terminationGracePeriodSeconds: 1
      affinity:
        nodeAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
          - {weight: 100, preference: {matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [${node}-worker]}]}}
      containers:
      - {name: c, image: ${IMAGE}}
`;

interface Container {
  readonly containerID?: string;
  readonly restartCount: number;
  readonly state: { readonly running?: object };
}
interface Pod {
  readonly metadata: { readonly uid: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly containerStatuses?: readonly Container[] };
}

/** Which pod and which container of it runs, and where; undefined while none does. */
async function running(node: NodeName): Promise<{ readonly life: string; readonly worker: string } | undefined> {
  const pod = JSON.parse(await site.kubectl('get', 'pod', `on-${node}-0`, '-o', 'json')) as Pod;
  const container = pod.status.containerStatuses?.[0];
  if (!container?.state.running) return undefined;
  return { life: `${pod.metadata.uid} ${container.containerID}`, worker: pod.spec.nodeName ?? '' };
}
const lives = (): Promise<readonly string[]> =>
  eventually('both pods run', async () => {
    const both = await Promise.all(NODES.map(running));
    return both.every(Boolean) && both.map((one) => one?.life ?? '');
  });
const runsOn = (node: NodeName, worker: string): Promise<true> =>
  eventually(`the pod of ${node} runs on ${worker}`, async () => (await running(node))?.worker === worker);
const writes = async (count = 3): Promise<void> => {
  const writer = new Writer(site, `w${process.hrtime.bigint()}`);
  await eventually('writes are acknowledged', async () => writer.acknowledged.length >= count);
  await writer.stop();
};

before(async () => {
  await bringUpPair(site);
  const archive = path.join(path.dirname(site.data), 'busybox.tar');
  await writeBusyboxImage(archive, `docker.io/library/${IMAGE}`);
  const imported = await site.holdfast('image', 'import', archive);
  assert.equal(imported.code, 0, imported.stderr);
  const { code, stderr } = await site.kubectlRan(['apply', '-f', '-'], { input: NODES.map(pinned).join('---\n') });
  assert.equal(code, 0, stderr);
  for (const node of NODES) await runsOn(node, `${node}-worker`);
});
after(() => site.destroy());

test('holdfastd of either node is killed: it comes back, and no pod is touched', async () => {
  const before = await lives();
  for (const node of NODES) {
    const pid = await site.pidOf(node, 'holdfastd');
    process.kill(pid, 'SIGKILL');
    await eventually(`holdfastd of ${node} is back`, async () => (await site.pidOf(node, 'holdfastd')) !== pid);
  }
  await site.whole();
  await writes();
  assert.deepEqual(await lives(), before);
});

test('hundreds of elections of etcd under load: no pod is touched, and control stays where it is', async (t) => {
  const before = await lives();
  const controller = await site.controller();
  const writer = new Writer(site, 'election');
  const began = performance.now();
  await moveLeaderOften(site.data, site.addresses(), ELECTIONS);
  const seconds = (performance.now() - began) / 1000;
  await writer.stop();
  t.diagnostic(`${ELECTIONS} elections in ${seconds.toFixed(1)} s, ${writer.acknowledged.length} writes meanwhile`);
  await writes();
  assert.equal(await site.controller(), controller);
  assert.deepEqual(await lives(), before);
});

test('a wire that flaps between the nodes ends no pod, and writes go on', async (t) => {
  const before = await lives();
  const writer = new Writer(site, 'flap');
  for (let flap = 0; flap < FLAPS; flap++) {
    await site.cut('node-a', 'storage');
    await sleep(FLAP_MS);
    await site.mend('node-a', 'storage');
    await sleep(FLAP_MS);
  }
  await site.whole();
  await writer.stop();
  await writes();
  t.diagnostic(`longest gap ${Math.round(writer.longestGapMs)} ms`);
  assert.deepEqual(await lives(), before);
});

test('the witness is lost and comes back: nothing else happens', async () => {
  const before = await lives();
  await site.killNode('witness');
  await eventually('its vote is missed', async () => (await site.status()).votes?.some(({ up }) => !up));
  await writes();
  assert.deepEqual(await lives(), before);
  await site.bringBack('witness');
  assert.deepEqual(await lives(), before);
});

test('the access network of the node that controls is lost: control moves, no pod is ended', async () => {
  const before = await lives();
  const controller = await site.controller();
  await site.cut(controller, 'access');
  await eventually('control moves', async () => (await site.controller()) === otherThan(controller));
  await writes();
  await site.mend(controller, 'access');
  await site.whole();
  assert.deepEqual(await lives(), before);
});

test('the storage network between the nodes is lost: one goes on with everything, the other comes back', async () => {
  await site.cut('node-a', 'storage');
  const survivor = await eventually('both pods are on one node', async () => {
    const both = await Promise.all(NODES.map(running));
    return both[0] && both[0].worker === both[1]?.worker && both[0].worker;
  });
  await writes();
  assert.match(survivor, /^node-[ab]-worker$/);
  await site.mend('node-a', 'storage');
  await site.whole();
});

test('a node frozen whole, its watchdog too: what wakes later is ended, and nothing of it answers', async () => {
  const frozen = await site.controller();
  const survivor = otherThan(frozen);
  await site.kubectl('delete', 'pod', `on-${frozen}-0`, '--wait=true');
  await runsOn(frozen, `${frozen}-worker`);
  const pods = site.podProcesses(frozen);
  assert.ok(pods.length > 0);
  site.freeze(frozen);
  try {
    await runsOn(frozen, `${survivor}-worker`);
    await writes();
    assert.equal(await site.controller(), survivor);
  } finally {
    site.thaw(frozen);
  }
  await eventually('no process of the old pods is left', async () =>
    pods.every((pid) => !site.podProcesses(frozen).includes(pid)),
  );
  await site.whole();
  assert.equal(await site.controller(), survivor);
  // Whoever asks for the site's address is answered by one machine.
  const address = new URL((await site.status()).clusters[0]?.endpoint ?? '').hostname;
  const { stdout } = await ran('arping', ['-c', '3', '-I', site.accessSwitch(), address]);
  assert.equal(new Set([...stdout.matchAll(/\[([0-9A-Fa-f:]{17})\]/g)].map((match) => match[1])).size, 1, stdout);
});

test('the witness is lost, then a node: nothing is written, what is missing is said, and it goes on when the witness is back', async () => {
  const left = await site.controller();
  const lost = otherThan(left);
  await site.killNode('witness');
  await site.killNode(lost);
  await eventually('nothing is written any more', async () => {
    const made = ['create', 'configmap', `none-${process.hrtime.bigint()}`, '--request-timeout=2s'];
    return (await site.kubectlRan(made)).code !== 0;
  });
  const missing = await eventually('what is missing is said', async () => {
    const { phase, nodes, conditions } = await site.status();
    const said = conditions.find(({ type }) => type === 'Redundant')?.message ?? '';
    return phase !== 'Ready' && nodes.every(({ holdsControl }) => !holdsControl) && said.includes('majority') && said;
  });
  assert.match(missing, /a majority of the votes \(1 of 3 answer\)/);
  for (const voter of ['witness', lost]) assert.ok(missing.includes(`the vote of ${voter}`), missing);
  // It cannot know what the others do.
  await eventually('its pods end', async () => site.podProcesses(left).length === 0);
  await site.boot('witness');
  for (const node of NODES) await runsOn(node, `${left}-worker`);
  await writes();
  await site.bringBack(lost);
});

test('both nodes are off, and one returns: with the witness it goes on alone, with everything', async () => {
  for (const node of NODES) await site.killNode(node);
  await site.boot('node-a');
  await eventually('it controls', async () => (await site.controller()) === 'node-a');
  for (const node of NODES) await runsOn(node, 'node-a-worker');
  await writes();
  // It reboots, and is alone still.
  await site.killNode('node-a');
  await site.boot('node-a');
  await writes();
  for (const node of NODES) await runsOn(node, 'node-a-worker');
  await site.bringBack('node-b');
});

test('everything is off, and all comes back by itself', async () => {
  for (const voter of [...NODES, 'witness'] as const) await site.killNode(voter);
  for (const voter of ['node-a', 'node-b', 'witness'] as const)
    for (const network of ['access', 'storage'] as const)
      if (voter !== 'witness' || network === 'access') await site.mend(voter, network);
  const { code, stderr } = await site.holdfast('up');
  assert.equal(code, 0, stderr);
  await lives();
  await writes();
});
