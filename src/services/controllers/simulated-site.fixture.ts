// A cluster without machines, for tests: every controller on a client, and an agent that places each pod, runs it, and
// lets it go, the way real nodes would.
import { resourceOf } from '#client';
import type { Pod } from '#model/kube';
import { type FakeClock, fakeClock, rfc3339 } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { type FakeClient, fakeClient } from '#reconcile';
import { builtinKinds } from './kinds.ts';
import { startControllers } from './start-controllers.ts';

export interface SimulatedSite {
  readonly clock: FakeClock;
  readonly client: FakeClient;
  readonly kinds: ReturnType<typeof builtinKinds>;
  readonly log: { lines: string[] };
  /** Lets everything that can happen without time passing happen. */
  settle(): Promise<void>;
  /** Moves time in steps, settling after each. */
  pass(ms: number, stepMs?: number): Promise<void>;
  pods(namespace?: string): Promise<readonly Pod[]>;
  finish(pod: Pod, phase: 'Succeeded' | 'Failed', exitCode?: number): Promise<void>;
  /** Pods for which this says false stay not ready. */
  becomesReady: (pod: Pod) => boolean;
  /** Agents that have stopped: their nodes give no sign of life, and nothing happens to their pods. */
  silent: readonly string[];
  stop(): Promise<void>;
}

async function createNodes({ client, kinds }: Pick<SimulatedSite, 'client' | 'kinds'>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await client.create(kinds.nodes, {
      metadata: { name: `node-${i}`, labels: { 'kubernetes.io/hostname': `node-${i}` } },
      status: {
        allocatable: { cpu: '8', memory: '8Gi', pods: '110' },
        conditions: [{ type: 'Ready', status: 'True' }],
      },
    });
  }
}

/** What the nodes' agents say of them, unless they have stopped: that they live, and that they are ready. */
async function renewLeases({ client, kinds, clock, silent }: SimulatedSite): Promise<void> {
  for (const node of (await client.list(kinds.nodes)).items) {
    if (silent.includes(node.metadata?.name ?? '')) continue;
    if (node.status?.conditions?.some((c) => c.type === 'Ready' && c.status !== 'True')) {
      const status = { ...node.status, conditions: [{ type: 'Ready', status: 'True' }] };
      await client.update(kinds.nodes, { ...node, status }, { subresource: 'status' });
    }
    const at = { namespace: 'kube-node-lease', name: node.metadata?.name ?? '' };
    const spec = { renewTime: new Date(clock.now()).toISOString() };
    const known = client.cache(kinds.leases).get(at);
    if (known) await client.patch(kinds.leases, at, { type: 'merge', body: { spec } });
    else await client.create(kinds.leases, { metadata: at, spec });
  }
}

export async function simulatedSite(options: { nodes?: number } = {}): Promise<SimulatedSite> {
  const clock = fakeClock();
  const client = fakeClient({ clock });
  const log = memoryLog();
  const kinds = builtinKinds();
  const podsOf = resourceOf<Pod>('', 'v1', 'pods');
  const nodeCount = options.nodes ?? 2;
  await createNodes({ client, kinds }, nodeCount);
  const controllers = await startControllers({ client, clock, log, rootCaPem: () => 'ROOT', podCidr: '172.27.0.0/16' });
  let placed = 0;
  const site: SimulatedSite = {
    clock,
    client,
    kinds,
    log,
    becomesReady: () => true,
    silent: [],
    async settle() {
      for (let quiet = 0; quiet < 5; ) {
        const before = client.writes.length;
        await clock.advance(0);
        await agent();
        await clock.advance(0);
        quiet = client.writes.length === before ? quiet + 1 : 0;
      }
    },
    async pass(ms, stepMs = 1000) {
      for (let left = ms; left > 0; left -= stepMs) {
        await renewLeases(site);
        await clock.advance(Math.min(left, stepMs));
        await site.settle();
      }
    },
    pods: async (namespace) => (await client.list(podsOf, { namespace })).items,
    async finish(pod, phase, exitCode = phase === 'Failed' ? 1 : 0) {
      const { name = '', namespace } = pod.metadata ?? {};
      const now = rfc3339(clock.now());
      const state = { terminated: { exitCode, finishedAt: now } };
      const containerStatuses = (pod.spec?.containers ?? []).map((container) => ({ name: container.name, state }));
      const conditions = [{ type: 'Ready', status: 'False', lastTransitionTime: now }];
      const body = { status: { phase, containerStatuses, conditions } };
      await client.patch(podsOf, { namespace, name }, { type: 'merge', body }, { subresource: 'status' });
    },
    stop: () => controllers.stop(),
  };
  const agent = async (): Promise<void> => {
    for (const pod of await site.pods()) {
      const at = { namespace: pod.metadata?.namespace, name: pod.metadata?.name ?? '' };
      if (site.silent.includes(pod.spec?.nodeName ?? '')) continue;
      if (pod.metadata?.deletionTimestamp) {
        if (pod.metadata.deletionGracePeriodSeconds) await client.delete(podsOf, at, { gracePeriodSeconds: 0 });
      } else if (!pod.spec?.nodeName) {
        const pinned = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
        const name = pinned?.nodeSelectorTerms[0]?.matchFields?.[0]?.values?.[0] ?? `node-${placed++ % nodeCount}`;
        await client.createSub(podsOf, at, 'binding', { target: { name } });
      } else if (pod.status?.phase === 'Pending' || (pod.status?.phase === 'Running' && !isReady(pod))) {
        if (pod.status.phase === 'Running' && !site.becomesReady(pod)) continue;
        const status = site.becomesReady(pod) ? 'True' : 'False';
        const ready = { type: 'Ready', status, lastTransitionTime: rfc3339(clock.now()) };
        const podIP = pod.status.podIP ?? `172.27.0.${(placed % 250) + 1}`;
        const body = { status: { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions: [ready] } };
        await client.patch(podsOf, at, { type: 'merge', body }, { subresource: 'status' });
      }
    }
  };
  await site.settle();
  return site;
}

function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;
}
