// What would come of the loss of one node of the site: its pods are placed again, one after the other, by the scheduler's own rules,
// on what is left. Bare pods end with their node, as do those that say so of themselves; those of daemon sets have nowhere else to be; the
// rest either fits or is named. A pod that lacks nothing but a device is named too, and is no reason to call the loss not survived.
import { type Random, seededRandom } from '#base';
import type { Node, OwnerReference } from '#model/kube';
import { type Cluster, cluster } from './cluster.ts';
import type { PodInfo } from './pod-info.ts';
import type { Amounts } from './pod-requests.ts';
import { type SchedulingDecision, schedulePod } from './schedule.ts';
import { OUT_OF_SERVICE } from './tolerations.ts';
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
  /** Why nothing that is left takes it, in the scheduler's words. */
  readonly reason: string;
  /** An extended resource that nothing of what is left has free; undefined when it is not for want of a device. */
  readonly device?: string;
}

export interface ResourceSum {
  readonly resource: string;
  /** What the pinned nodes that are left can give, and what is asked of them before. Thousandths of a core, bytes, or pieces. */
  readonly allocatable: number;
  readonly requestedNow: number;
  /** What is asked of them after, by all that should be there: those that fit, and those that do not. */
  readonly requestedThen: number;
}

export interface Forecast {
  readonly loss: string;
  /** Everybody fits but those that lack a device. */
  readonly survives: boolean;
  readonly wouldNotFit: readonly UnfitPod[];
  /** Pods without a controller, which are not made anew anywhere, and pods that say that they stay with their node. */
  readonly wouldEnd: readonly { readonly namespace: string; readonly name: string }[];
  readonly sums: readonly ResourceSum[];
}

/** Set to "true" on a pod, it says: this one may be away until its node is back. */
export const STAYS_ANNOTATION = 'holdfast.dev/stays-with-node';

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
  const homes = new Set<string>();
  for (const { node, pinnedTo } of view.nodes) {
    const name = node.metadata?.name ?? '';
    left.setNode(lost.has(name) ? outOfService(node) : node);
    if (pinnedTo !== undefined && !lost.has(name)) homes.add(name);
  }
  for (const { info, on } of view.pods) if (!lost.has(on)) left.addPod(info, on);
  const before = sumOf(left, homes, 'requested');
  const leaving = view.pods.filter(({ on }) => lost.has(on)).map(({ info }) => info);
  const wouldNotFit: UnfitPod[] = [];
  const unplaced: Amounts = new Map();
  for (const info of leaving.filter(isMadeAnew).sort(byUrgency)) {
    const unfit = place(info, { left, lost, volumes: view.volumes, random });
    if (!unfit) continue;
    wouldNotFit.push(unfit);
    for (const [resource, amount] of info.requests) addTo(unplaced, resource, amount);
  }
  const after = sumOf(left, homes, 'requested');
  for (const [resource, amount] of unplaced) addTo(after, resource, amount);
  const ended = leaving.filter((info) => !isMadeAnew(info) && !isMirror(info) && !isDaemon(info));
  return {
    loss,
    survives: wouldNotFit.every(({ device }) => device !== undefined),
    wouldNotFit,
    wouldEnd: ended.map(({ namespace, pod }) => ({ namespace, name: pod.metadata?.name ?? '' })),
    sums: sumsOf({ allocatable: sumOf(left, homes, 'allocatable'), before, after }),
  };
}

function sumsOf(of: { allocatable: Amounts; before: Amounts; after: Amounts }): ResourceSum[] {
  return [...new Set([...of.before.keys(), ...of.after.keys()])].sort().map((resource) => ({
    resource,
    allocatable: of.allocatable.get(resource) ?? 0,
    requestedNow: of.before.get(resource) ?? 0,
    requestedThen: of.after.get(resource) ?? 0,
  }));
}

/** A pod that an agent reads from a file of its node. Source: annotation `kubernetes.io/config.mirror`. */
const isMirror = ({ pod }: PodInfo): boolean =>
  pod.metadata?.annotations?.['kubernetes.io/config.mirror'] !== undefined;

export const isDaemon = (info: PodInfo): boolean => controllerOf(info)?.kind === 'DaemonSet';

const isMadeAnew = (info: PodInfo): boolean =>
  controllerOf(info) !== undefined &&
  !isDaemon(info) &&
  !isMirror(info) &&
  info.pod.metadata?.annotations?.[STAYS_ANNOTATION] !== 'true';

/** As the scheduler's queue orders them: priority, then age. */
function byUrgency(a: PodInfo, b: PodInfo): number {
  const priority = (info: PodInfo): number => info.pod.spec?.priority ?? 0;
  const made = (info: PodInfo): string => info.pod.metadata?.creationTimestamp ?? '';
  return priority(b) - priority(a) || made(a).localeCompare(made(b));
}

function place(
  info: PodInfo,
  on: { left: Cluster; lost: ReadonlySet<string>; volumes: VolumeView; random: Random },
): UnfitPod | undefined {
  const { left, lost } = on;
  const decision = schedulePod(unplaced(info), left, on);
  if (decision.kind === 'placed' && !lost.has(decision.node)) {
    left.addPod(info, decision.node);
    return undefined;
  }
  const reason =
    decision.kind === 'placed'
      ? 'it tolerates the taint of a lost node, and would be put there again'
      : reasonOf(decision);
  const device = [...info.requests].find(
    ([resource, amount]) =>
      isDevice(resource) &&
      amount > 0 &&
      [...left.nodes.values()].every(
        ({ name, allocatable, requested }) =>
          lost.has(name) || (allocatable.get(resource) ?? 0) - (requested.get(resource) ?? 0) < amount,
      ),
  )?.[0];
  const { namespace, pod } = info;
  return {
    namespace,
    name: pod.metadata?.name ?? '',
    reason,
    ...(device !== undefined && { device }),
  };
}

/** Without the taints of nodes that take no such pod anyway, where there are other reasons: they are the lost one's and the master's. */
function reasonOf({ message, reasons }: Extract<SchedulingDecision, { kind: 'unschedulable' }>): string {
  const others = reasons.filter((reason) => !reason.startsWith('node(s) had untolerated taint'));
  return others.length > 0 ? others.join(', ') : message;
}

/** As a lost node stands in the cluster: it is still there, and takes nobody. */
function outOfService(node: Node): Node {
  const taints = (node.spec?.taints ?? []).filter(({ key }) => key !== OUT_OF_SERVICE.key);
  return { ...node, spec: { ...node.spec, taints: [...taints, OUT_OF_SERVICE] } };
}

/** As it is made anew: nobody has chosen a node for it, and volumes that are the pod's own are made anew with it. */
export function unplaced(info: PodInfo): PodInfo {
  const { nodeName: _, ...spec } = info.pod.spec ?? { containers: [] };
  const lasting = new Set(spec.volumes?.map(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName));
  return { ...info, claims: info.claims.filter((claim) => lasting.has(claim)), pod: { ...info.pod, spec } };
}

const addTo = (sums: Amounts, resource: string, amount: number): void =>
  void sums.set(resource, (sums.get(resource) ?? 0) + amount);

function sumOf({ nodes }: Cluster, names: ReadonlySet<string>, what: 'allocatable' | 'requested'): Amounts {
  const sums: Amounts = new Map();
  for (const node of nodes.values())
    if (names.has(node.name)) for (const [resource, amount] of node[what]) addTo(sums, resource, amount);
  return sums;
}
