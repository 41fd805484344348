// Registers the node, keeps its status current and renews its lease. Nothing here stops pods when the API is away.
import { messageOf, sameJson } from '#base';
import { ApiError } from '#client';
import type { Node, NodeStatus } from '#model/kube';
import { rfc3339Micro } from '#platform/clock';
import { diskSpace } from '#platform/host-facts';
import { type AgentContext, LEASES, NODES } from '../context.ts';
import {
  LEASE_RENEW_MS,
  LEASE_SECONDS,
  NODE_CHECK_MS,
  NODE_STATUS_MS,
  REPORT_RETRY,
  RUNTIME_SILENCE_MS_MAX,
  UNREADY_CHECK_MS,
} from '../limits.ts';
import { type NodeFindings, newNode, nodeLabels, nodeStatus } from './node-object.ts';
import { repeat } from './repeat.ts';

export interface NodeReporter {
  /** Whether the disk is nearly full, as last looked. */
  readonly diskPressure: boolean;
  stop(): Promise<void>;
}

interface Volatile {
  readonly conditions: readonly [string, string, string, string][];
}

/** What makes a status worth sending: everything but heartbeats. */
function essence(status: NodeStatus): NodeStatus & Volatile {
  const conditions = (status.conditions ?? []).map((c): [string, string, string, string] => [
    c.type,
    c.status,
    c.reason ?? '',
    c.message ?? '',
  ]);
  return { ...status, conditions } as unknown as NodeStatus & Volatile;
}

const isTrue = (status: NodeStatus | undefined, type: string): boolean =>
  status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;

async function register({ options, host }: AgentContext): Promise<Node> {
  const { client, nodeName } = options;
  const current = await client.get(NODES, { name: nodeName }).catch((error: unknown) => {
    if (error instanceof ApiError && error.code === 404) return client.create(NODES, newNode(options, host));
    throw error;
  });
  const labels = nodeLabels(options, host);
  const missing = Object.entries(labels).some(([key, value]) => current.metadata?.labels?.[key] !== value);
  if (!missing) return current;
  return client.patch(NODES, { name: nodeName }, { type: 'merge', body: { metadata: { labels } } });
}

type RuntimeFindings = Pick<NodeFindings, 'runtimeVersion' | 'runtimeProblem' | 'runtimeRests' | 'images'>;

/** What the runtime said when it was last well. */
interface RuntimeMemory {
  well?: { readonly atMs: number; readonly findings: RuntimeFindings };
}

async function runtimeFindings(
  context: AgentContext,
  before: NodeStatus | undefined,
  memory: RuntimeMemory,
): Promise<RuntimeFindings> {
  const { cri, runtime, runtimeName, options } = context;
  const known = before?.nodeInfo?.containerRuntimeVersion ?? `${runtimeName}://unknown`;
  if (!(await runtime.look())) return { runtimeVersion: known, runtimeRests: true, images: [] };
  try {
    const [version, conditions, images] = await Promise.all([cri.version(), cri.status(), cri.imageList()]);
    const bad = conditions.find((condition) => !condition.status);
    const problem = bad && `container runtime: ${bad.type}: ${bad.reason} ${bad.message}`.trim();
    const runtimeVersion = `${version.runtimeName}://${version.runtimeVersion}`;
    const findings = { runtimeVersion, images, ...(problem ? { runtimeProblem: problem } : {}) };
    if (!problem) memory.well = { atMs: options.clock.monotonicMs(), findings };
    return findings;
  } catch (error) {
    // Pods run on while their runtime starts again: the node stays ready, and traffic goes on.
    if (memory.well && options.clock.monotonicMs() - memory.well.atMs < RUNTIME_SILENCE_MS_MAX)
      return memory.well.findings;
    return {
      runtimeVersion: known,
      runtimeProblem: `container runtime is down: ${messageOf(error)}`,
      images: [],
    };
  }
}

async function findings(
  context: AgentContext,
  before: NodeStatus | undefined,
  known: { readonly port: number; readonly memory: RuntimeMemory },
): Promise<NodeFindings> {
  const { cgroups, host, options } = context;
  const kubepods = `${options.cgroupRoot}/kubepods`;
  return {
    ...(await runtimeFindings(context, before, known.memory)),
    host,
    disk: diskSpace(options.folder),
    memoryUsedBytes: cgroups.exists(kubepods) ? cgroups.stats(kubepods).workingSetBytes : 0,
    port: known.port,
    now: options.clock.now(),
  };
}

async function renewLease({ options }: AgentContext, nodeUid: string | undefined): Promise<void> {
  const { client, clock, nodeName } = options;
  const at = { namespace: 'kube-node-lease', name: nodeName };
  const spec = {
    holderIdentity: nodeName,
    leaseDurationSeconds: LEASE_SECONDS,
    renewTime: rfc3339Micro(clock.now()),
  };
  try {
    await client.patch(LEASES, at, { type: 'merge', body: { spec } });
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 404)) throw error;
    const owner = { apiVersion: 'v1', kind: 'Node', name: nodeName, uid: nodeUid ?? '' };
    await client.create(LEASES, { metadata: { ...at, ownerReferences: nodeUid ? [owner] : [] }, spec });
  }
}

export function nodeReporter(context: AgentContext, options: { port(): number; onRegistered(): void }): NodeReporter {
  const { nodeName, client, clock } = context.options;
  let node: Node | undefined;
  let sent: NodeStatus | undefined;
  let sentAtMs = Number.NEGATIVE_INFINITY;
  let diskPressure = false;
  const memory: RuntimeMemory = {};

  const report = async (): Promise<number> => {
    if (!node) {
      node = await register(context);
      options.onRegistered();
    }
    const found = await findings(context, node.status, { port: options.port(), memory });
    const status = nodeStatus(context.options, found, node.status);
    diskPressure = isTrue(status, 'DiskPressure');
    const nextMs = isTrue(status, 'Ready') ? NODE_CHECK_MS : UNREADY_CHECK_MS;
    const due = clock.monotonicMs() - sentAtMs >= NODE_STATUS_MS;
    if (sent && !due && sameJson(essence(sent), essence(status))) return nextMs;
    try {
      node = await client.patch(
        NODES,
        { name: nodeName },
        { type: 'strategic', body: { status } },
        { subresource: 'status' },
      );
      sent = status;
      sentAtMs = clock.monotonicMs();
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) node = undefined;
      throw error;
    }
    return nextMs;
  };
  const renew = async (): Promise<number> => {
    await renewLease(context, node?.metadata?.uid);
    return LEASE_RENEW_MS;
  };
  const repetitions = [
    repeat(context, 'report the node', report, REPORT_RETRY),
    repeat(context, 'renew the lease', renew, REPORT_RETRY),
  ];
  return {
    get diskPressure() {
      return diskPressure;
    },
    stop: async () => {
      for (const repetition of repetitions) repetition.stop();
    },
  };
}
