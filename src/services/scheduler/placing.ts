// One placement after the other, decided in memory and carried out side by side. A pod counts as placed from the moment of
// the decision, so the next decision already sees it; if its binding fails, it is taken off again and tried anew.
import { messageOf, type Random } from '#base';
import { ApiError, type ObjectCache } from '#client';
import { type Cluster, type NamespaceLabels, podInfo, schedulePod, type VolumeView } from '#engine/scheduling';
import type { Pod } from '#model/kube';
import type { Log } from '#platform/log';
import { keyOf, nameOfKey, uidOf } from '#reconcile';
import { isPending } from './cluster-feed.ts';
import { bindPod, type PlacementWorld, reportUnplaced } from './placement.apply.ts';
import type { SchedulingQueue } from './scheduling-queue.ts';
import { applyVolumes, type VolumeCaches } from './volumes.apply.ts';

export interface PlacingOptions {
  readonly world: PlacementWorld & { readonly caches: VolumeCaches & { readonly pods: ObjectCache<Pod> } };
  readonly cluster: Cluster;
  readonly volumes: VolumeView;
  readonly queue: SchedulingQueue;
  readonly random: Random;
  readonly namespaceLabels: NamespaceLabels;
  readonly log: Log;
  /** A placement has ended, one way or the other. */
  ended(): void;
}

export interface Placing {
  place(key: string): void;
  /** Writes under way. */
  readonly underWay: number;
  /** Resolves when the writes under way have ended. */
  settle(): Promise<void>;
}

type Placed = Extract<ReturnType<typeof schedulePod>, { kind: 'placed' }>;

export function placing(options: PlacingOptions): Placing {
  const { world, cluster, queue, log } = options;
  const { pods } = world.caches;
  const binding = new Set<string>();
  const writes = new Set<Promise<void>>();

  const track = (work: Promise<void>): void => {
    writes.add(work);
    void work.finally(() => {
      writes.delete(work);
      options.ended();
    });
  };
  const takeOff = (pod: Pod, node: string, thrown: unknown): void => {
    const current = pods.get(nameOfKey(keyOf(pod)));
    const same = current !== undefined && uidOf(current) === uidOf(pod);
    if (!same || !current.spec?.nodeName) cluster.removePod(uidOf(pod));
    if (current && isPending(current)) {
      const priority = current.spec?.priority ?? 0;
      if (same) queue.retry(keyOf(pod), priority);
      else queue.add(keyOf(pod), priority);
    }
    const expected = thrown instanceof ApiError && (thrown.code === 404 || thrown.code === 409);
    if (!expected) log.warn('pod not bound', { pod: keyOf(pod), node, error: messageOf(thrown) });
  };
  const bind = async (pod: Pod, placed: Placed): Promise<void> => {
    try {
      if (placed.volumes) await applyVolumes(world, placed.volumes, placed.node);
      await bindPod(world, pod, placed.node);
      binding.delete(keyOf(pod));
    } catch (thrown) {
      binding.delete(keyOf(pod));
      takeOff(pod, placed.node, thrown);
    }
  };
  const report = async (pod: Pod, message: string): Promise<void> => {
    try {
      await reportUnplaced(world, pod, message);
    } catch (thrown) {
      log.warn('condition not written', { pod: keyOf(pod), error: messageOf(thrown) });
    }
  };
  return {
    get underWay() {
      return writes.size;
    },
    async settle() {
      await Promise.all(writes);
    },
    place(key) {
      const pod = pods.get(nameOfKey(key));
      if (!pod || !isPending(pod) || binding.has(key)) return;
      const info = podInfo(pod, options.namespaceLabels);
      const decision = schedulePod(info, cluster, { volumes: options.volumes, random: options.random });
      if (decision.kind === 'placed') {
        cluster.addPod(info, decision.node);
        binding.add(key);
        track(bind(pod, decision));
      } else {
        queue.unplaceable(key, pod.spec?.priority ?? 0, decision.reasons);
        track(report(pod, decision.message));
      }
    },
  };
}
