// Which pods are to run here, from three sources: the API, files, and (until the API has been reached) the checkpoint.
// One worker a pod, by uid.
import type { CacheChange, ObjectCache } from '#client';
import type { ResizeHeld } from '#engine/pod';
import type { Node, Pod } from '#model/kube';
import { watchFolder } from '#platform/disk';
import { type AgentContext, NODES, PODS } from '../context.ts';
import { uidOfPod } from '../paths.ts';
import { PodWorker } from '../pod/pod-worker.ts';
import { admitPod, type Place, type Refusal, resizeHeld } from './admission.ts';
import { readCheckpoints } from './checkpoint.ts';
import { mirrorDrop, mirrorShow } from './mirror-pods.ts';
import type { KeptObjects } from './references.ts';
import { isMirror, isStatic, readStaticPods } from './static-pods.ts';

const LOST_CHECKPOINT = {
  type: 'Warning',
  reason: 'CheckpointDamaged',
  message: 'What the node kept of this pod could not be read and was set aside; its containers run on',
} as const;
const nameKey = (pod: Pod): string => `${pod.metadata?.namespace}/${pod.metadata?.name}`;
const hasEnded = (phase: string | undefined): boolean => phase === 'Succeeded' || phase === 'Failed';
const graceOf = (pod: Pod): number =>
  pod.metadata?.deletionGracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 30;

/** A pod that has run its course leaves nothing to do, unless something of it is still here. */
const isOver = (pod: Pod): boolean => hasEnded(pod.status?.phase) && !pod.metadata?.deletionTimestamp;

export class PodTable {
  readonly #context: AgentContext;
  readonly #workers = new Map<string, PodWorker>();
  /** Pods that the node has taken. */
  readonly #placed = new Set<string>();
  readonly #cache: ObjectCache<Pod>;
  /** Pods whose checkpoints were lost, until each is told of. */
  readonly #damaged: Set<string>;
  readonly #watches: { close(): void }[] = [];
  #files: readonly Pod[] = [];
  #node: Node | undefined;
  #stopped = false;

  constructor(context: AgentContext) {
    this.#context = context;
    const { client, log, nodeName, staticPodFolder } = context.options;
    this.#cache = client.cache(PODS, { fieldSelector: `spec.nodeName=${nodeName}` });
    const { kept, damaged } = readCheckpoints(context.paths, log);
    this.#damaged = new Set(damaged);
    for (const { pod, objects } of kept) this.#add(pod, objects);
    this.#watches.push(this.#cache.onChange((change) => this.#apply(change)));
    void this.#cache.synced.then(() => this.refresh());
    if (staticPodFolder) {
      const read = (): void => {
        this.#files = readStaticPods(staticPodFolder, nodeName, log);
        this.refresh();
      };
      this.#watches.push(watchFolder(staticPodFolder, read));
      read();
    } else this.refresh();
  }

  get workers(): ReadonlyMap<string, PodWorker> {
    return this.#workers;
  }

  /** Whether the API has said which pods belong here; before that nothing unknown may be removed. */
  get isSynced(): boolean {
    return this.#cache.isSynced;
  }

  /** By namespace and name, the newest first. */
  find(namespace: string, name: string): PodWorker | undefined {
    return [...this.#workers.values()].findLast(({ pod }) => nameKey(pod) === `${namespace}/${name}`);
  }

  /** Makes the workers those of the pods that are wanted now, for changes that were not reported too. */
  refresh(): void {
    if (this.#stopped) return;
    const wanted = new Map<string, Pod>(this.#files.map((pod) => [uidOfPod(pod), pod]));
    if (this.#cache.isSynced) {
      for (const pod of this.#cache.list()) if (!isMirror(pod)) wanted.set(uidOfPod(pod), pod);
      this.#mirror();
    }
    for (const pod of wanted.values()) this.#want(pod);
    for (const [uid, worker] of this.#workers) {
      const mayEnd = this.#cache.isSynced || isStatic(worker.pod);
      if (mayEnd && !wanted.has(uid)) worker.end({ graceSeconds: graceOf(worker.pod) });
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const watch of this.#watches) watch.close();
    this.#cache.close();
    await Promise.all([...this.#workers.values()].map((worker) => worker.close()));
  }

  #mirror(): void {
    const names = new Set(this.#files.map(nameKey));
    for (const pod of this.#cache.list())
      if (isMirror(pod) && !names.has(nameKey(pod))) void mirrorDrop(this.#context, pod);
    for (const pod of this.#files) void mirrorShow(this.#context, pod, this.#fromApi(pod));
  }

  #apply({ type, object }: CacheChange<Pod>): void {
    if (this.#stopped || !this.#cache.isSynced) return;
    if (isMirror(object) || type === 'deleted') this.refresh();
    else this.#want(object);
  }

  #want(pod: Pod): void {
    const worker = this.#workers.get(uidOfPod(pod));
    if (worker) worker.update(pod);
    else if (!isOver(pod)) this.#add(pod, new Map());
  }

  #add(pod: Pod, kept: KeptObjects): void {
    const uid = uidOfPod(pod);
    const worker = new PodWorker({
      context: this.#context,
      pod,
      kept,
      apiPod: (of) => this.#apiPod(of),
      admit: (of) => this.#admit(of),
      resizeHeld: (of): ResizeHeld | undefined => resizeHeld(of, this.#placeFor(of)),
      onGone: () => {
        this.#workers.delete(uid);
        this.#placed.delete(uid);
        // A pod that comes back under the same uid (a static one) starts anew.
        this.refresh();
      },
    });
    this.#workers.set(uid, worker);
    if (this.#damaged.delete(uid)) this.#context.recordEvent(pod, LOST_CHECKPOINT);
    worker.wake();
  }

  #fromApi({ metadata }: Pod): Pod | undefined {
    return this.#cache.get({ namespace: metadata?.namespace, name: metadata?.name ?? '' });
  }

  #apiPod(pod: Pod): Pod | undefined {
    const shown = this.#fromApi(pod);
    if (isStatic(pod)) return shown && isMirror(shown) ? shown : undefined;
    return shown?.metadata?.uid === uidOfPod(pod) ? shown : undefined;
  }

  /** Where the pod would stand, with those that have their place here. What the API has let go needs none any more. */
  #placeFor(pod: Pod): Place {
    const others = [...this.#workers.values()].filter((worker) => {
      const uid = uidOfPod(worker.pod);
      const isKnown = !this.#cache.isSynced || isStatic(worker.pod) || this.#apiPod(worker.pod) !== undefined;
      return uid !== uidOfPod(pod) && this.#placed.has(uid) && isKnown && !hasEnded(worker.status.phase);
    });
    const said = this.#node?.status?.allocatable as Record<string, string> | undefined;
    const allocatable = { ...this.#context.allocatable, ...said };
    return { node: this.#node, allocatable, others: others.map((worker) => worker.pod) };
  }

  /** A refusal by what is remembered of the node is looked at again with the node as it is now. */
  async #admit(pod: Pod): Promise<Refusal | undefined> {
    const isNew = pod.status?.startTime === undefined && !pod.metadata?.deletionTimestamp;
    // A static pod is for this node whatever the API says of it.
    if (isNew && !isStatic(pod) && (!this.#node || admitPod(pod, this.#placeFor(pod)))) {
      const { client, nodeName } = this.#context.options;
      this.#node = await client.get(NODES, { name: nodeName }).catch(() => this.#node);
    }
    const refusal = isNew ? admitPod(pod, this.#placeFor(pod)) : undefined;
    if (!refusal) this.#placed.add(uidOfPod(pod));
    return refusal;
  }
}
