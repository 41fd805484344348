// What would come of the loss of one node of the site: its pods are placed again, one after the other, by the scheduler's own rules,
// on what is left. Bare pods die with their node, those of daemon sets have nowhere else to be; the rest either fits or is named.
import { type Random, seededRandom } from '#base';
import type { Node, OwnerReference } from '#model/kube';
import { cluster } from './cluster.ts';
import type { PodInfo } from './pod-info.ts';
import type { Amounts } from './pod-requests.ts';
import { schedulePod } from './schedule.ts';
import type { VolumeView } from './volume-filter.ts';

export interface ForecastView {
  /** Kubernetes nodes, with the node of the site that each is pinned to; one that moves with its site node's loss is on none. */
  readonly nodes: readonly { readonly node: Node; readonly pinnedTo: string | undefined }[];
  /** Pods that have a place, with the name of their Kubernetes node. */
  readonly pods: readonly { readonly info: PodInfo; readonly on: string }[];
  readonly volumes: VolumeView;
}

export interface UnfitPod {
  readonly namespace: string;
  readonly name: string;
  /** As the scheduler words it. */
  readonly reason: string;
  /** An extended resource that the survivor does not have free; undefined when it is not for want of a device. */
  readonly device?: string;
}

export interface ResourceSum {
  readonly resource: string;
  /** What the nodes that are left can give, and what is asked of them before and after. Thousandths of a core, bytes, or pieces. */
  readonly allocatable: number;
  readonly requestedNow: number;
  readonly requestedThen: number;
}

export interface Forecast {
  readonly loss: string;
  readonly survives: boolean;
  readonly wouldNotFit: readonly UnfitPod[];
  /** Pods without a controller: they are not made anew anywhere. */
  readonly wouldEnd: readonly { readonly namespace: string; readonly name: string }[];
  readonly sums: readonly ResourceSum[];
}

const PLAIN_RESOURCES = new Set(['cpu', 'memory', 'pods', 'ephemeral-storage']);
const isDevice = (resource: string): boolean => !PLAIN_RESOURCES.has(resource) && !resource.startsWith('hugepages-');

const controllerOf = ({ pod }: PodInfo): OwnerReference | undefined =>
  pod.metadata?.ownerReferences?.find(({ controller }) => controller);

/** The same view always has the same forecast, so that it can be compared. */
const SEED = 1;

export function forecastLoss(view: ForecastView, loss: string): Forecast {
  const random = seededRandom(SEED);
  const lost = new Set(
    view.nodes.filter(({ pinnedTo }) => pinnedTo === loss).map(({ node }) => node.metadata?.name ?? ''),
  );
  const left = cluster();
  for (const { node } of view.nodes) if (!lost.has(node.metadata?.name ?? '')) left.setNode(node);
  for (const { info, on } of view.pods) if (!lost.has(on)) left.addPod(info, on);
  const before = sumOf(left.nodes, 'requested');
  const leaving = view.pods.filter(({ on }) => lost.has(on)).map(({ info }) => info);
  const wouldNotFit: UnfitPod[] = [];
  for (const info of leaving.filter(isMadeAnew).sort(byUrgency)) {
    const unfit = place(info, { left, volumes: view.volumes, random });
    if (unfit) wouldNotFit.push(unfit);
  }
  const allocatable = sumOf(left.nodes, 'allocatable');
  const after = sumOf(left.nodes, 'requested');
  const ended = leaving.filter((info) => controllerOf(info) === undefined && !isMirror(info));
  return {
    loss,
    survives: wouldNotFit.length === 0,
    wouldNotFit,
    wouldEnd: ended.map(({ namespace, pod }) => ({ namespace, name: pod.metadata?.name ?? '' })),
    sums: [...new Set([...before.keys(), ...after.keys()])].sort().map((resource) => ({
      resource,
      allocatable: allocatable.get(resource) ?? 0,
      requestedNow: before.get(resource) ?? 0,
      requestedThen: after.get(resource) ?? 0,
    })),
  };
}

/** A pod that an agent reads from a file of its node. Source: annotation `kubernetes.io/config.mirror`. */
const isMirror = ({ pod }: PodInfo): boolean =>
  pod.metadata?.annotations?.['kubernetes.io/config.mirror'] !== undefined;

const isMadeAnew = (info: PodInfo): boolean => {
  const controller = controllerOf(info);
  return controller !== undefined && controller.kind !== 'DaemonSet' && !isMirror(info);
};

/** As the scheduler's queue orders them: priority, then age. */
function byUrgency(a: PodInfo, b: PodInfo): number {
  const priority = (info: PodInfo): number => info.pod.spec?.priority ?? 0;
  const made = (info: PodInfo): string => info.pod.metadata?.creationTimestamp ?? '';
  return priority(b) - priority(a) || made(a).localeCompare(made(b)) || a.uid.localeCompare(b.uid);
}

function place(
  info: PodInfo,
  on: { left: ReturnType<typeof cluster>; volumes: VolumeView; random: Random },
): UnfitPod | undefined {
  const decision = schedulePod(unplaced(info), on.left, on);
  if (decision.kind === 'placed') {
    on.left.addPod(info, decision.node);
    return undefined;
  }
  const device = [...info.requests.keys()].find(
    (resource) => isDevice(resource) && decision.reasons.includes(`Insufficient ${resource}`),
  );
  const { namespace, pod } = info;
  return {
    namespace,
    name: pod.metadata?.name ?? '',
    reason: decision.message,
    ...(device !== undefined && { device }),
  };
}

/** As it is made anew: nobody has chosen a node for it. */
function unplaced(info: PodInfo): PodInfo {
  const { nodeName: _, ...spec } = info.pod.spec ?? { containers: [] };
  return { ...info, pod: { ...info.pod, spec } };
}

function sumOf(
  nodes: ReadonlyMap<string, { readonly allocatable: Amounts; readonly requested: Amounts }>,
  what: 'allocatable' | 'requested',
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const node of nodes.values())
    for (const [resource, amount] of node[what]) sums.set(resource, (sums.get(resource) ?? 0) + amount);
  return sums;
}
