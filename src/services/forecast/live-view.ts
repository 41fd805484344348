// The cluster as forecasts need it, out of live caches: where every pod is, where those that wait would be put, and whether both nodes are
// there. Pods that were let in a moment ago count although no cache has them yet, so that those who come together are judged together.
import { seededRandom } from '#base';
import { type Client, type ObjectCache, type Resource, resourceOf } from '#client';
import {
  type Cluster,
  claimsOnceOn,
  classOfClaim,
  cluster as emptyCluster,
  type ForecastView,
  isFullyBound,
  OUT_OF_SERVICE,
  type PodInfo,
  podInfo,
  schedulePod,
  type VolumeView,
} from '#engine/scheduling';
import type {
  KubeObject,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
} from '#model/kube';
import type { Machine } from '#model/site';
import type { Clock, Timer } from '#platform/clock';
import { uidOf } from '#reconcile';
import { ADMITTED_MS } from './limits.ts';
import { isOver, nodeIsReady, nodeMatters, podMatters } from './matters.ts';

export interface LiveOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly machines: readonly Machine[];
  /** The nodes of the pair. */
  readonly nodes: readonly string[];
  /** Nodes that are lost, as whoever controls says. */
  readonly lost: { has(node: string): boolean; readonly cache: ObjectCache<KubeObject> };
}

/** The cluster at one moment. */
export interface Looked {
  readonly view: ForecastView;
  /** The same with every pod in its place. */
  readonly cluster: Cluster;
  /** Nodes of the pair whose machines are ready. */
  readonly there: ReadonlySet<string>;
  /** Both are there, and take pods. */
  readonly whole: boolean;
}

export interface Place {
  readonly on: string;
  /** The pod with those of its claims that say where it may be. */
  readonly info: PodInfo;
  /** Volumes as they are once the pod is there. */
  readonly volumes: VolumeView;
}

const NODE_LOCAL = 'holdfast.dev/node-local';
const isNodeLocal = (storageClass: StorageClass | undefined): boolean => storageClass?.provisioner === NODE_LOCAL;

export const PODS: Resource<Pod> = resourceOf<Pod>('', 'v1', 'pods');
export const NODES: Resource<Node> = resourceOf<Node>('', 'v1', 'nodes');

const openCaches = (client: Client) => ({
  pods: client.cache(PODS),
  nodes: client.cache(NODES),
  namespaces: client.cache(resourceOf<Namespace>('', 'v1', 'namespaces')),
  claims: client.cache(resourceOf<PersistentVolumeClaim>('', 'v1', 'persistentvolumeclaims')),
  volumes: client.cache(resourceOf<PersistentVolume>('', 'v1', 'persistentvolumes')),
  classes: client.cache(resourceOf<StorageClass>('storage.k8s.io', 'v1', 'storageclasses')),
});

export class LiveView {
  readonly caches: ReturnType<typeof openCaches>;
  readonly #of: LiveOptions;
  readonly #admitted = new Map<string, { readonly pod: Pod; readonly timer: Timer }>();
  #infos = new WeakMap<Pod, PodInfo>();
  readonly #handles: { close(): void }[];
  #looked: Looked | undefined;

  constructor(of: LiveOptions) {
    this.#of = of;
    const { pods, nodes, namespaces, ...others } = openCaches(of.client);
    this.caches = { pods, nodes, namespaces, ...others };
    this.#handles = [
      pods.onChange((change) => {
        if (change.type !== 'deleted') this.#arrived(uidOf(change.object));
        if (podMatters(change)) this.#looked = undefined;
      }),
      nodes.onChange((change) => {
        if (nodeMatters(change)) this.#looked = undefined;
      }),
      namespaces.onChange(() => {
        // Terms of pods select namespaces by their labels.
        this.#infos = new WeakMap();
        this.#forget();
      }),
      ...[...Object.values(others), of.lost.cache].map((cache: ObjectCache<KubeObject>) =>
        cache.onChange(() => this.#forget()),
      ),
    ];
  }

  get isSynced(): boolean {
    return Object.values(this.caches).every(({ isSynced }) => isSynced);
  }

  /** The pod is about to be written. */
  admitted(pod: Pod): void {
    const uid = uidOf(pod);
    const timer = this.#of.clock.after(ADMITTED_MS, () => this.#arrived(uid), { background: true });
    this.#admitted.set(uid, { pod, timer });
    this.#forget();
  }

  look(): Looked {
    this.#looked ??= this.#lookAnew();
    return this.#looked;
  }

  /** Machines of a node that are lost with it. */
  pinnedTo(node: string): readonly string[] {
    return this.#of.machines.filter((machine) => machine.pinned && machine.node === node).map(({ name }) => name);
  }

  /** Where the scheduler would put the pod now; undefined when it could not run. */
  placeOf(info: PodInfo, { view: { volumes }, cluster }: Pick<Looked, 'view' | 'cluster'>): Place | undefined {
    const named = info.pod.spec?.nodeName;
    if (named) return cluster.nodes.has(named) ? { on: named, info, volumes } : undefined;
    const claims = info.claims.filter((name) => isSettled(volumes, volumes.claim(info.namespace, name)));
    const settled = claims.length === info.claims.length ? info : { ...info, claims };
    const decision = schedulePod(settled, cluster, { volumes, random: seededRandom(1) });
    if (decision.kind !== 'placed') return undefined;
    const node = cluster.nodes.get(decision.node)?.node;
    if (!decision.volumes || !node) return { on: decision.node, info: settled, volumes };
    const bound = claimsOnceOn(volumes, { decision: decision.volumes, node, isNodeLocal });
    return { on: decision.node, info: settled, volumes: bound };
  }

  infoOf(pod: Pod): PodInfo {
    const known = this.#infos.get(pod);
    if (known) return known;
    const labels = (name: string) => this.caches.namespaces.get({ name })?.metadata?.labels;
    const info = podInfo(pod, labels);
    this.#infos.set(pod, info);
    return info;
  }

  close(): void {
    for (const handle of this.#handles) handle.close();
    for (const { timer } of this.#admitted.values()) timer.cancel();
    for (const cache of Object.values(this.caches)) cache.close();
  }

  #forget(): void {
    this.#looked = undefined;
  }

  #arrived(uid: string): void {
    const known = this.#admitted.get(uid);
    if (!known) return;
    known.timer.cancel();
    this.#admitted.delete(uid);
    this.#forget();
  }

  #lookAnew(): Looked {
    const { machines } = this.#of;
    const pinned = new Map(machines.filter((machine) => machine.pinned).map(({ name, node }) => [name, node]));
    const nodes = this.caches.nodes.list().map((node) => ({ node, pinnedTo: pinned.get(node.metadata?.name ?? '') }));
    const cluster = emptyCluster();
    for (const { node } of nodes) cluster.setNode(node);
    const alive = this.caches.pods.list().filter((pod) => !isOver(pod));
    const pods: { info: PodInfo; on: string }[] = [];
    const put = (info: PodInfo, on: string): void => {
      pods.push({ info, on });
      cluster.addPod(info, on);
    };
    for (const pod of alive) if (pod.spec?.nodeName) put(this.infoOf(pod), pod.spec.nodeName);
    const waiting = [
      ...alive.filter(({ spec }) => !spec?.nodeName),
      ...[...this.#admitted.values()].map(({ pod }) => pod),
    ];
    let volumes = this.#volumes();
    for (const pod of waiting.sort(byUrgency)) {
      const place = this.placeOf(this.infoOf(pod), { view: { nodes, pods, volumes }, cluster });
      if (!place) continue;
      put(place.info, place.on);
      volumes = place.volumes;
    }
    const there = this.#there(nodes.map(({ node }) => node));
    const takesPods = nodes.every(({ node, pinnedTo }) => pinnedTo === undefined || node.spec?.unschedulable !== true);
    const whole = takesPods && this.#of.nodes.every((name) => there.has(name));
    return { view: { nodes, pods, volumes }, cluster, there, whole };
  }

  #there(nodes: readonly Node[]): ReadonlySet<string> {
    const isThere = (machine: string): boolean => {
      const node = nodes.find(({ metadata }) => metadata?.name === machine);
      return nodeIsReady(node) && !node?.spec?.taints?.some(({ key }) => key === OUT_OF_SERVICE.key);
    };
    const ready = this.#of.nodes.filter(
      (name) => !this.#of.lost.has(name) && this.pinnedTo(name).length > 0 && this.pinnedTo(name).every(isThere),
    );
    return new Set(ready);
  }

  #volumes(): VolumeView {
    const { claims, volumes, classes } = this.caches;
    return {
      claim: (namespace, name) => claims.get({ namespace, name }),
      volume: (name) => volumes.get({ name }),
      storageClass: (name) => (name ? classes.get({ name }) : undefined),
      unbound: (className) =>
        volumes.list().filter(({ spec, status }) => status?.phase !== 'Bound' && spec?.storageClassName === className),
    };
  }
}

/** Whether a claim says where its volume may be. One that is not there yet, or is about to be bound, says nothing. */
function isSettled(volumes: VolumeView, claim: PersistentVolumeClaim | undefined): boolean {
  if (!claim) return false;
  return isFullyBound(claim) || volumes.storageClass(classOfClaim(claim))?.volumeBindingMode === 'WaitForFirstConsumer';
}

/** As the scheduler's queue orders them. */
function byUrgency(a: Pod, b: Pod): number {
  const made = ({ metadata }: Pod): string => metadata?.creationTimestamp ?? '';
  return (b.spec?.priority ?? 0) - (a.spec?.priority ?? 0) || made(a).localeCompare(made(b));
}
