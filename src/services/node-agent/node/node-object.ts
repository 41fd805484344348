// The Node object that the agent keeps in the API. Source: Kubernetes API, core/v1 Node, NodeStatus.
import { quantityOfMillis } from '#base';
import type { ContainerImage, Node, NodeCondition, NodeStatus } from '#model/kube';
import { rfc3339 } from '#platform/clock';
import type { CriImage } from '#platform/cri';
import type { DiskSpace, HostFacts } from '#platform/host-facts';
import { DISK_FREE_SHARE_MIN, INODES_FREE_SHARE_MIN, MEMORY_FREE_BYTES_MIN, NODE_IMAGES_MAX } from '../limits.ts';
import type { NodeAgentOptions } from '../options.ts';

const SIMULATED = 'holdfast.dev/runtime';

/** What the node says of itself now. */
export interface NodeFindings {
  readonly host: HostFacts;
  /** "containerd://1.6.20". */
  readonly runtimeVersion: string;
  readonly images: readonly CriImage[];
  readonly disk: DiskSpace;
  readonly memoryUsedBytes: number;
  /** Why the runtime cannot run pods; undefined when it can. */
  readonly runtimeProblem?: string;
  /** No pod has needed the runtime yet. */
  readonly runtimeRests?: boolean;
  readonly port: number;
  readonly now: number;
}

export function allocatableOf(capacity: NodeAgentOptions['capacity']): Record<string, string> {
  return {
    cpu: quantityOfMillis(capacity.cpuMillis),
    'ephemeral-storage': String(capacity.ephemeralBytes),
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: `${Math.floor(capacity.memoryBytes / 1024)}Ki`,
    pods: String(capacity.pods),
  };
}

export function nodeLabels(options: NodeAgentOptions, host: HostFacts): Record<string, string> {
  return {
    'beta.kubernetes.io/arch': host.architecture,
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': host.architecture,
    'kubernetes.io/hostname': options.nodeName,
    'kubernetes.io/os': 'linux',
    ...(options.runtime === 'simulated' ? { [SIMULATED]: 'simulated' } : {}),
    ...options.labels,
  };
}

/** A node as it registers itself. */
export function newNode(options: NodeAgentOptions, host: HostFacts): Node {
  const simulated = { [SIMULATED]: 'simulated: pods become Ready without containers' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: options.nodeName,
      labels: nodeLabels(options, host),
      annotations: {
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
        ...(options.runtime === 'simulated' ? simulated : {}),
      },
    },
    spec: options.taints?.length ? { taints: [...options.taints] } : {},
  };
}

interface Verdict {
  readonly type: string;
  readonly status: boolean;
  readonly reason: string;
  readonly message: string;
}

function verdicts(options: NodeAgentOptions, found: NodeFindings): Verdict[] {
  const { disk, runtimeProblem } = found;
  const memoryFree = options.capacity.memoryBytes - found.memoryUsedBytes;
  const diskShort =
    disk.freeBytes < disk.totalBytes * DISK_FREE_SHARE_MIN ||
    (disk.totalInodes > 0 && disk.freeInodes < disk.totalInodes * INODES_FREE_SHARE_MIN);
  const memoryShort = memoryFree < Math.min(MEMORY_FREE_BYTES_MIN, options.capacity.memoryBytes * 0.05);
  const simulated = options.runtime === 'simulated';
  const resting = found.runtimeRests ? '; the container runtime is not needed yet' : '';
  return [
    {
      type: 'MemoryPressure',
      status: memoryShort,
      reason: memoryShort ? 'KubeletHasInsufficientMemory' : 'KubeletHasSufficientMemory',
      message: memoryShort ? 'kubelet has insufficient memory available' : 'kubelet has sufficient memory available',
    },
    {
      type: 'DiskPressure',
      status: diskShort,
      reason: diskShort ? 'KubeletHasDiskPressure' : 'KubeletHasNoDiskPressure',
      message: diskShort ? 'kubelet has disk pressure' : 'kubelet has no disk pressure',
    },
    {
      type: 'PIDPressure',
      status: false,
      reason: 'KubeletHasSufficientPID',
      message: 'kubelet has sufficient PID available',
    },
    {
      type: 'Ready',
      status: runtimeProblem === undefined,
      reason: runtimeProblem ? 'KubeletNotReady' : simulated ? 'SimulatedRuntime' : 'KubeletReady',
      message:
        runtimeProblem ??
        (simulated
          ? 'simulated runtime: pods become Ready without containers'
          : `kubelet is posting ready status${resting}`),
    },
  ];
}

function conditionsOf(
  options: NodeAgentOptions,
  found: NodeFindings,
  before: readonly NodeCondition[],
): NodeCondition[] {
  const now = rfc3339(found.now);
  return verdicts(options, found).map(({ type, status, reason, message }) => {
    const old = before.find((condition) => condition.type === type);
    const text = status ? 'True' : 'False';
    const lastTransitionTime = old?.status === text && old.lastTransitionTime ? old.lastTransitionTime : now;
    return { type, status: text, reason, message, lastHeartbeatTime: now, lastTransitionTime };
  });
}

function imagesOf(images: readonly CriImage[]): ContainerImage[] {
  return images
    .toSorted((a, b) => b.size - a.size)
    .slice(0, NODE_IMAGES_MAX)
    .map((image) => ({ names: [...image.repoDigests, ...image.repoTags], sizeBytes: image.size }))
    .filter((image) => image.names.length > 0);
}

export function nodeStatus(options: NodeAgentOptions, found: NodeFindings, before: NodeStatus | undefined): NodeStatus {
  const { host } = found;
  const allocatable = allocatableOf(options.capacity);
  const version = options.gitVersion ?? 'v1.36.0+holdfast.1';
  return {
    addresses: [
      { type: 'InternalIP', address: options.address },
      { type: 'Hostname', address: options.nodeName },
    ],
    allocatable,
    capacity: allocatable,
    // Only our own: the patch merges them by type, and those of others stay as they are now.
    conditions: conditionsOf(options, found, before?.conditions ?? []),
    daemonEndpoints: { kubeletEndpoint: { Port: found.port } },
    images: imagesOf(found.images),
    nodeInfo: {
      architecture: host.architecture,
      bootID: host.bootId,
      containerRuntimeVersion: found.runtimeVersion,
      kernelVersion: host.kernelVersion,
      kubeProxyVersion: version,
      kubeletVersion: version,
      machineID: host.machineId,
      operatingSystem: 'linux',
      osImage: host.osImage,
      systemUUID: host.machineId,
    },
    runtimeHandlers: [{ name: '' }, { name: 'runc' }],
  };
}
