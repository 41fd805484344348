// How fast one pod starts whose image is on the node: from sending its create to the watch that shows it Running; and how
// fast it goes. One pod at a time, on a site that does nothing else.
import { bench, benchMain, progress } from './harness/bench.ts';
import { type Connection, connect, expectStatus } from './harness/connection.ts';
import { importBusybox } from './harness/images.ts';
import { busyboxPod, followPods, IDLE_COMMAND, type PodFollower, podNamespace, podsPath } from './harness/pods.ts';
import { withSite } from './harness/site.ts';
import { rounded, spanFigures } from './harness/statistics.ts';

interface Life {
  readonly boundMs: number;
  readonly runningMs: number;
  readonly goneMs: number;
}

async function podLife(connection: Connection, pods: string, follower: PodFollower, name: string): Promise<Life> {
  const createdMs = performance.now();
  const body = busyboxPod(name, IDLE_COMMAND);
  await expectStatus(connection.request('POST', pods, { body }), 201);
  const runningMs = (await follower.seen(name, 'running')) - createdMs;
  const boundMs = (await follower.seen(name, 'bound')) - createdMs;
  const deletedMs = performance.now();
  await expectStatus(connection.request('DELETE', `${pods}/${name}`), 200, 202);
  return { boundMs, runningMs, goneMs: (await follower.seen(name, 'gone')) - deletedMs };
}

export const podStart = bench({
  name: 'pod-start',
  about: 'a pod whose image is present: from its create to Running, and from its delete to gone',
  options: { n: { default: 20, means: 'pods, one after the other' } },
  slow: false,
  measure: ({ n }) =>
    withSite([], async (site) => {
      await importBusybox(site);
      const connection = connect(site.target, { connections: 1 });
      const namespace = await podNamespace(connection, 'bench-pods');
      const follower = await followPods(site.target, namespace);
      try {
        const life = (name: string) => podLife(connection, podsPath(namespace), follower, name);
        // The first one pulls the image to the node.
        const first = await life('first');
        const lives: Life[] = [];
        for (let i = 0; i < n; i++) {
          const one = await life(`p-${i}`);
          lives.push(one);
          progress(`pod ${i + 1} of ${n}: Running after ${rounded(one.runningMs, 0)} ms`);
        }
        return {
          create_to_running: spanFigures(lives.map(({ runningMs }) => runningMs)),
          create_to_bound: spanFigures(lives.map(({ boundMs }) => boundMs)),
          delete_to_gone: spanFigures(lives.map(({ goneMs }) => goneMs)),
          first_pod_with_pull_ms: rounded(first.runningMs),
        };
      } finally {
        follower.close();
        connection.close();
      }
    }),
});

if (import.meta.main) await benchMain(podStart);
