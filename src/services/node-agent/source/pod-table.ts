// Which pods are to run here, from three sources: the API, files, and (until the API has been reached) the checkpoint.
// One worker a pod, by uid.
import { messageOf } from '#base';
import { ApiError, type ObjectCache } from '#client';
import type { Node, Pod } from '#model/kube';
import { watchFolder } from '#platform/disk';
import { type AgentContext, NODES, PODS } from '../context.ts';
import { uidOfPod } from '../paths.ts';
import { PodWorker } from '../pod/pod-worker.ts';
import { admitPod, type Place, type Refusal, resizeHeld } from './admission.ts';
import { readCheckpoints } from './checkpoint.ts';
import type { KeptObjects } from './references.ts';
import { CONFIG_HASH, CONFIG_MIRROR, isMirror, isStatic, mirrorPodOf, readStaticPods } from './static-pods.ts';

export interface PodTable {
  readonly workers: ReadonlyMap<string, PodWorker>;
  /** Whether the API has said which pods belong here; before that nothing unknown may be removed. */
  readonly isSynced: boolean;
  /** By namespace and name, the newest first. */
  find(namespace: string, name: string): PodWorker | undefined;
  /** Compares what is wanted with what is there, for changes that were not reported. */
  refresh(): void;
  stop(): Promise<void>;
}

const nameKey = (pod: Pod): string => `${pod.metadata?.namespace}/${pod.metadata?.name}`;

export function openPodTable(context: AgentContext): PodTable {
  const { options } = context;
  const { client, log, nodeName, staticPodFolder } = options;
  const workers = new Map<string, PodWorker>();
  const cache: ObjectCache<Pod> = client.cache(PODS, { fieldSelector: `spec.nodeName=${nodeName}` });
  const fromApi = (pod: Pod): Pod | undefined =>
    cache.get({ namespace: pod.metadata?.namespace, name: pod.metadata?.name ?? '' });
  let stopped = false;

  const apiPod = (pod: Pod): Pod | undefined => {
    const shown = fromApi(pod);
    if (isStatic(pod)) return shown && isMirror(shown) ? shown : undefined;
    return shown?.metadata?.uid === uidOfPod(pod) ? shown : undefined;
  };
  const placed = new Set<string>();
  let node: Node | undefined;
  /** The pods that have their place here, but for one. What the API has let go needs none any more. */
  const placeFor = (pod: Pod): Place => {
    const others = [...workers.values()].filter((worker) => {
      const isOther = uidOfPod(worker.pod) !== uidOfPod(pod) && placed.has(uidOfPod(worker.pod));
      const isKnown = !cache.isSynced || isStatic(worker.pod) || apiPod(worker.pod) !== undefined;
      return isOther && isKnown && worker.status.phase !== 'Succeeded' && worker.status.phase !== 'Failed';
    });
    const allocatable = { ...context.allocatable, ...(node?.status?.allocatable as Record<string, string>) };
    return { node, allocatable, others: others.map((worker) => worker.pod) };
  };
  /** A refusal by what is remembered of the node is looked at again with the node as it is now. */
  const admit = async (pod: Pod): Promise<Refusal | undefined> => {
    const isNew = pod.status?.startTime === undefined && !pod.metadata?.deletionTimestamp;
    if (isNew && (!node || admitPod(pod, placeFor(pod))))
      node = await client.get(NODES, { name: nodeName }).catch(() => node);
    const refusal = isNew ? admitPod(pod, placeFor(pod)) : undefined;
    if (!refusal) placed.add(uidOfPod(pod));
    return refusal;
  };
  const add = (pod: Pod, kept: KeptObjects): void => {
    const uid = uidOfPod(pod);
    const onGone = (): void => {
      workers.delete(uid);
      placed.delete(uid);
      // A pod that comes back under the same uid (a static one) starts anew.
      reconcile();
    };
    const held = (of: Pod) => resizeHeld(of, placeFor(of));
    const worker = new PodWorker({ context, pod, kept, apiPod, admit, resizeHeld: held, onGone });
    workers.set(uid, worker);
    worker.wake();
  };
  const mirror = async (pod: Pod): Promise<void> => {
    const shown = fromApi(pod);
    const hash = pod.metadata?.annotations?.[CONFIG_HASH];
    const { namespace, name = '' } = pod.metadata ?? {};
    try {
      if (shown && shown.metadata?.annotations?.[CONFIG_MIRROR] !== hash)
        await client.delete(PODS, { namespace, name }, { gracePeriodSeconds: 0 });
      else if (!shown) {
        const node = await client.get(NODES, { name: nodeName });
        await client.create(PODS, mirrorPodOf(pod, node.metadata?.uid));
      }
    } catch (error) {
      const known = error instanceof ApiError && [404, 409].includes(error.code);
      if (!known) log.debug('a static pod is not shown in the API', { pod: name, error: messageOf(error) });
    }
  };
  const statics = (): Pod[] => (staticPodFolder ? readStaticPods(staticPodFolder, nodeName, log) : []);
  let fileList = statics();

  /** Makes the workers those of the pods that are wanted now. */
  const reconcile = (): void => {
    if (stopped) return;
    const wanted = new Map<string, Pod>(fileList.map((pod) => [uidOfPod(pod), pod]));
    if (cache.isSynced) {
      for (const pod of cache.list()) if (!isMirror(pod)) wanted.set(uidOfPod(pod), pod);
      for (const pod of cache.list())
        if (isMirror(pod) && !fileList.some((f) => nameKey(f) === nameKey(pod))) dropMirror(pod);
      for (const pod of fileList) void mirror(pod);
    }
    for (const [uid, pod] of wanted) {
      const worker = workers.get(uid);
      if (worker) worker.update(pod);
      else if (!isOver(pod)) add(pod, new Map());
    }
    for (const [uid, worker] of workers) {
      const mayEnd = cache.isSynced || isStatic(worker.pod);
      if (mayEnd && !wanted.has(uid)) worker.end({ graceSeconds: graceOf(worker.pod) });
    }
  };
  /** A pod that has run its course leaves nothing to do, unless something of it is still here. */
  const isOver = (pod: Pod): boolean => {
    const over = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    return over && !pod.metadata?.deletionTimestamp;
  };
  const dropMirror = (pod: Pod): void => {
    const { namespace, name = '', uid } = pod.metadata ?? {};
    client
      .delete(PODS, { namespace, name }, { gracePeriodSeconds: 0, preconditions: { uid } })
      .catch((error: unknown) => {
        log.debug('a mirror pod cannot be deleted', { pod: name, error: messageOf(error) });
      });
  };
  const apply = (type: 'added' | 'modified' | 'deleted', pod: Pod): void => {
    if (stopped || !cache.isSynced) return;
    const uid = uidOfPod(pod);
    const worker = workers.get(uid);
    if (isMirror(pod) || type === 'deleted') reconcile();
    else if (worker) worker.update(pod);
    else if (!isOver(pod)) add(pod, new Map());
  };

  for (const { pod, objects } of readCheckpoints(context.paths, log)) add(pod, objects);
  const changes = cache.onChange((change) => apply(change.type, change.object));
  void cache.synced.then(reconcile);
  reconcile();
  const files = staticPodFolder
    ? watchFolder(staticPodFolder, () => {
        fileList = statics();
        reconcile();
      })
    : undefined;
  return {
    workers,
    get isSynced() {
      return cache.isSynced;
    },
    find: (namespace, name) =>
      [...workers.values()].findLast((w) => w.pod.metadata?.namespace === namespace && w.pod.metadata.name === name),
    refresh: reconcile,
    stop: async () => {
      stopped = true;
      files?.close();
      changes.close();
      cache.close();
      await Promise.all([...workers.values()].map((worker) => worker.close()));
    },
  };
}

function graceOf(pod: Pod): number {
  return pod.metadata?.deletionGracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 30;
}
