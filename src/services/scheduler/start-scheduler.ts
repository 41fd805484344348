// Starts the scheduler: caches feed the cluster and the queue, and a turn of the event loop at a time pods are placed.
import { messageOf, seededRandom } from '#base';
import { type Client, resourceOf } from '#client';
import { cluster as emptyCluster } from '#engine/scheduling';
import type { Namespace, Node, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '#model/kube';
import type { Clock, Timer } from '#platform/clock';
import type { Log } from '#platform/log';
import { eventRecorder, keyOf } from '#reconcile';
import { feedCluster, namespaceLabelsOf } from './cluster-feed.ts';
import { bindingsMax, decisionsPerTurn, flushPeriodMs, schedulerName } from './limits.ts';
import { placing } from './placing.ts';
import { schedulingQueue } from './scheduling-queue.ts';
import { volumeView } from './volumes.apply.ts';

export interface SchedulerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Log;
  /** Seed of the lots drawn among equally good nodes. */
  readonly seed?: number;
}

export interface RunningScheduler {
  readonly waiting: { readonly active: number; readonly backoff: number; readonly unplaceable: number };
  stop(): Promise<void>;
}

function openCaches(client: Client) {
  return {
    pods: client.cache(resourceOf<Pod>('', 'v1', 'pods')),
    nodes: client.cache(resourceOf<Node>('', 'v1', 'nodes')),
    namespaces: client.cache(resourceOf<Namespace>('', 'v1', 'namespaces')),
    claims: client.cache(resourceOf<PersistentVolumeClaim>('', 'v1', 'persistentvolumeclaims')),
    volumes: client.cache(resourceOf<PersistentVolume>('', 'v1', 'persistentvolumes')),
    classes: client.cache(resourceOf<StorageClass>('storage.k8s.io', 'v1', 'storageclasses')),
  };
}

export function startScheduler(options: SchedulerOptions): RunningScheduler {
  const { client, clock } = options;
  const log = options.log.child('scheduler');
  const caches = openCaches(client);
  const world = { client, clock, caches, events: eventRecorder({ client, clock, log, component: schedulerName }) };
  const cluster = emptyCluster();
  const random = seededRandom(options.seed ?? 1);
  const namespaceLabels = namespaceLabelsOf(caches.namespaces);
  const volumes = volumeView(caches);
  let state: 'syncing' | 'open' | 'stopped' = 'syncing';
  let turning = false;

  const wake = (): void => {
    if (turning || state !== 'open') return;
    turning = true;
    setImmediate(turn);
  };
  const queue = schedulingQueue({ clock, changed: wake });
  const placements = placing({ world, cluster, volumes, queue, random, namespaceLabels, log, ended: wake });
  const turn = (): void => {
    turning = false;
    for (let count = 0; count < decisionsPerTurn; count++) {
      if (state !== 'open' || placements.underWay >= bindingsMax) return;
      const key = queue.take();
      if (key === undefined) return;
      placements.place(key);
    }
    wake();
  };
  const feed = feedCluster(cluster, caches, {
    pending: (pod) => queue.add(keyOf(pod), pod.spec?.priority ?? 0),
    settled: (key) => queue.remove(key),
    happened: (what) => queue.happened(what),
  });
  const handles = [
    feed,
    ...[caches.claims, caches.volumes, caches.classes].map((cache) => cache.onChange(() => queue.happened('volume'))),
  ];
  let timer: Timer | undefined;
  const tick = (): void => {
    queue.flush();
    timer = clock.after(flushPeriodMs, tick, { background: true });
  };
  const open = (): void => {
    if (state === 'stopped') return;
    state = 'open';
    feed.open();
    tick();
    wake();
  };
  Promise.all(Object.values(caches).map((cache) => cache.synced)).then(open, (thrown: unknown) =>
    log.error('scheduler cannot start', { error: messageOf(thrown) }),
  );
  return {
    get waiting() {
      return queue.size;
    },
    async stop() {
      state = 'stopped';
      timer?.cancel();
      for (const handle of handles) handle.close();
      queue.stop();
      await placements.settle();
      await world.events.flush();
      volumes.close();
      for (const cache of Object.values(caches)) cache.close();
    },
  };
}
