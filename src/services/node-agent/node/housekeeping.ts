// What is done from time to time: logs are rotated, ended containers and left-over sandboxes removed, images collected, pods
// evicted that use more disk than they may or whose end gives a node room that is short of it.
import { messageOf } from '#base';
import { qosClassOf } from '#engine/pod';
import type { Pod } from '#model/kube';
import type { Timer } from '#platform/clock';
import { rotateLog } from '#platform/container-log';
import type { ContainerStats } from '#platform/cri';
import { diskSpace } from '#platform/host-facts';
import { usedBytesBelow } from '#platform/volume';
import type { AgentContext } from '../context.ts';
import { imagesInUse, imagesToRemove } from '../images/collect-images.ts';
import {
  ENDED_CONTAINERS_KEPT,
  GARBAGE_CHECK_MS,
  IMAGE_DISK_HIGH_SHARE,
  IMAGE_DISK_LOW_SHARE,
  LOG_BYTES_MAX,
  LOG_CHECK_MS,
  LOG_FILES_MAX,
} from '../limits.ts';
import { uidOfPod } from '../paths.ts';
import { LABEL } from '../pod/names.ts';
import type { PodWorker } from '../pod/pod-worker.ts';
import type { PodTable } from '../source/pod-table.ts';
import { overfullVolume } from '../volumes/volumes.ts';
import { planEviction } from './eviction.plan.ts';
import type { NodeReporter } from './node-reporter.ts';

export function startHousekeeping(context: AgentContext, pods: PodTable, reporter: NodeReporter): { stop(): void } {
  const { clock, log } = context.options;
  const timers = new Map<string, Timer>();
  let stopped = false;
  const repeat = (name: string, everyMs: number, act: () => Promise<void>): void => {
    const turn = async (): Promise<void> => {
      try {
        await act();
      } catch (error) {
        log.debug(`${name}: not done`, { error: messageOf(error) });
      }
      if (!stopped)
        timers.set(
          name,
          clock.after(everyMs, () => void turn(), { background: true }),
        );
    };
    timers.set(
      name,
      clock.after(everyMs, () => void turn(), { background: true }),
    );
  };
  repeat('rotate logs', LOG_CHECK_MS, () => rotateLogs(context, pods));
  repeat('evict', LOG_CHECK_MS, () => evict(context, pods, reporter));
  repeat('remove what is unused', GARBAGE_CHECK_MS, async () => {
    pods.refresh();
    await removeContainers(context, pods);
    await removeSandboxes(context, pods);
    await collectImages(context, reporter.diskPressure);
  });
  return {
    stop: () => {
      stopped = true;
      for (const timer of timers.values()) timer.cancel();
    },
  };
}

async function rotateLogs({ cri, options }: AgentContext, pods: PodTable): Promise<void> {
  for (const worker of pods.workers.values())
    for (const container of worker.observed.containers) {
      const file = container.state === 'running' ? worker.observer.logPath(container.id) : undefined;
      const limits = { bytesMax: LOG_BYTES_MAX, filesMax: LOG_FILES_MAX, now: options.clock.now() };
      if (file && rotateLog(file, limits)) await cri.containerLogReopen(container.id);
    }
}

/** Of each name the newest container stays, and one that ended before it. */
async function removeContainers({ cri }: AgentContext, pods: PodTable): Promise<void> {
  for (const worker of pods.workers.values()) {
    const seen = new Map<string, number>();
    for (const container of worker.observed.containers) {
      const ended = container.state === 'exited';
      const newer = seen.get(container.name) ?? 0;
      seen.set(container.name, newer + 1);
      if (ended && newer > ENDED_CONTAINERS_KEPT) await cri.containerRemove(container.id);
    }
    const [, ...old] = worker.observed.sandboxes;
    for (const sandbox of old) {
      const used = worker.observed.containers.some((c) => c.sandboxId === sandbox.id);
      if (!sandbox.ready && !used) await cri.sandboxRemove(sandbox.id);
    }
  }
}

/** Sandboxes of pods that nobody knows any more. */
async function removeSandboxes({ cri, options }: AgentContext, pods: PodTable): Promise<void> {
  if (!pods.isSynced) return;
  for (const sandbox of await cri.sandboxList()) {
    const uid = sandbox.labels[LABEL.podUid];
    if (!uid || pods.workers.has(uid)) continue;
    options.log.info('a sandbox without a pod is removed', { pod: sandbox.metadata.name });
    await cri.sandboxStop(sandbox.id);
    await cri.sandboxRemove(sandbox.id);
  }
}

async function collectImages({ cri, images, options, time }: AgentContext, pressed: boolean): Promise<void> {
  const disk = diskSpace(options.folder);
  const used = disk.totalBytes - disk.freeBytes;
  if (!pressed && used < disk.totalBytes * IMAGE_DISK_HIGH_SHARE) return;
  const inUse = imagesInUse(await cri.containerList(), options.sandboxImage);
  const bytesWanted = used - disk.totalBytes * IMAGE_DISK_LOW_SHARE;
  const now = time.steady();
  for (const image of imagesToRemove({
    images: await cri.imageList(),
    inUse,
    lastWanted: images.lastWanted,
    bytesWanted,
    now,
  })) {
    options.log.info('an unused image is removed', { image: image.repoTags[0] ?? image.id });
    await cri.imageRemove(image.id);
  }
}

function endByEviction(context: AgentContext, worker: PodWorker, message: string): void {
  context.recordEvent(worker.pod, { type: 'Warning', reason: 'Evicted', message });
  worker.end({ graceSeconds: 1, failure: { reason: 'Evicted', message } });
}

const RANK = { BestEffort: 0, Burstable: 1, Guaranteed: 2 } as const;

/** Pods over their own limit go; under disk pressure one more at a time. */
async function evict(context: AgentContext, pods: PodTable, reporter: NodeReporter): Promise<void> {
  const alive = [...pods.workers.values()].filter((w) => w.status.phase === 'Running' || w.status.phase === 'Pending');
  for (const worker of alive) {
    const message = overfullVolume(context, worker.pod);
    if (message) endByEviction(context, worker, message);
  }
  if (!reporter.diskPressure) return;
  const stats = await context.cri.containerStats();
  const candidates = alive.map(({ pod }) => ({
    uid: uidOfPod(pod),
    priority: pod.spec?.priority ?? 0,
    rank: RANK[qosClassOf(pod)],
    diskBytes: diskBytesOf(context, pod, stats),
  }));
  const victim = planEviction(candidates, diskSpace(context.options.folder).totalBytes);
  const worker = victim && pods.workers.get(victim.uid);
  if (worker) {
    const held = `it holds ${victim.diskBytes} bytes. `;
    endByEviction(context, worker, `The node was low on resource: ephemeral-storage; ${held}`);
  }
}

/** What of the node's disk would be free without the pod: layers of containers, logs, volumes that stand and fall with it. */
function diskBytesOf({ paths }: AgentContext, pod: Pod, stats: readonly ContainerStats[]): number {
  const uid = uidOfPod(pod);
  const layers = stats
    .filter(({ attributes }) => attributes.labels[LABEL.podUid] === uid)
    .reduce((sum, { writableLayer }) => sum + (writableLayer?.usedBytes?.value ?? 0), 0);
  const volumes = (pod.spec?.volumes ?? [])
    .filter(({ emptyDir }) => emptyDir && emptyDir.medium !== 'Memory')
    .reduce((sum, { name }) => sum + usedBytesBelow(paths.volume(uid, name)), 0);
  return layers + volumes + usedBytesBelow(paths.podLogs(pod));
}
