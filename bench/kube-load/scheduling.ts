// Pods created from many connections, bound to fake nodes by the scheduler: how many a second, and how long each waits.
import { progress, waitUntil } from '../harness/bench.ts';
import { expectStatus } from '../harness/connection.ts';
import { pooled } from '../harness/pool.ts';
import { rounded, spanFigures } from '../harness/statistics.ts';
import { openWatch, type SeenObject, type WatchStream } from '../harness/watch-stream.ts';
import { fakeNodeSelector, makeFakeNodes, removeFakeNodes } from './fake-nodes.ts';
import type { LoadRun } from './load-run.ts';

const ACCOUNT_TIMEOUT_MS = 10_000;
const BOUND_TIMEOUT_MS = 60_000;

const pod = (name: string, nodeSelector: Record<string, string>): unknown => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: 'x' } },
  spec: {
    nodeSelector,
    terminationGracePeriodSeconds: 0,
    containers: [
      { name: 'c', image: 'registry.k8s.io/pause:3.10.2', resources: { requests: { cpu: '100m', memory: '64Mi' } } },
    ],
  },
});

/** Times at which pods were seen bound, kept by a watch that is opened again when the server ends it. */
async function watchBindings(run: LoadRun, pods: string) {
  const boundAtMs = new Map<string, number>();
  let reopened = 0;
  let stream: WatchStream | undefined;
  const event = (_: string, object: SeenObject, atMs: number): void => {
    if (object.spec?.nodeName && !boundAtMs.has(object.metadata.name)) boundAtMs.set(object.metadata.name, atMs);
  };
  const open = async (): Promise<void> => {
    stream = await openWatch(run.target, `${pods}?watch=1`, { event, ended });
  };
  const ended = (): void => {
    reopened++;
    open().catch((error: unknown) => progress(`the watch of pods is gone: ${String(error)}`));
  };
  await open();
  return { boundAtMs, reopened: () => reopened, close: () => stream?.close() };
}

async function measure(run: LoadRun, namespace: string): Promise<void> {
  const { connection, sizes } = run;
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const account = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
  await waitUntil(
    'the default service account',
    async () => (await connection.request('GET', account)).status === 200,
    { timeoutMs: ACCOUNT_TIMEOUT_MS, pollMs: 100 },
  );
  const bindings = await watchBindings(run, pods);
  const createdAtMs = new Map<string, number>();
  const settings = { concurrency: sizes.conc, jobs: sizes.pods, protocol: run.protocol };
  const selector = fakeNodeSelector(run);
  try {
    const startMs = performance.now();
    const created = await pooled(run.target, settings, (each, index) => {
      createdAtMs.set(`p-${index}`, performance.now());
      return expectStatus(each.request('POST', pods, { body: pod(`p-${index}`, selector) }), 201);
    });
    // What is not bound in time is told by the figures, as fewer bound than pods.
    await waitUntil('every pod to be bound', () => bindings.boundAtMs.size >= sizes.pods, {
      timeoutMs: BOUND_TIMEOUT_MS,
    }).catch(() => undefined);
    const seconds = (Math.max(...bindings.boundAtMs.values(), startMs) - startMs) / 1000;
    const waits = [...bindings.boundAtMs].map(([name, atMs]) => atMs - (createdAtMs.get(name) ?? atMs));
    run.figure('scheduler', {
      watch_reopened: bindings.reopened(),
      pods: sizes.pods,
      nodes: sizes.nodes,
      bound: bindings.boundAtMs.size,
      seconds_first_create_to_last_bind: rounded(seconds, 2),
      pods_per_s: seconds === 0 ? null : rounded(bindings.boundAtMs.size / seconds, 1),
      create: { per_s: created.per_s, p50_ms: created.p50_ms },
      create_to_bound: spanFigures(waits),
    });
  } finally {
    bindings.close();
    await pooled(run.target, settings, (each, index) =>
      each.request('DELETE', `${pods}/p-${index}?gracePeriodSeconds=0`),
    );
  }
}

export async function schedulingPhase(run: LoadRun): Promise<void> {
  const namespace = await run.namespace('sched');
  const nodes = await makeFakeNodes(run);
  try {
    await measure(run, namespace);
  } finally {
    await removeFakeNodes(run, nodes);
  }
}
