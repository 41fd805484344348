// Registers the node, keeps its status current and renews its lease. Nothing here stops pods when the API is away.
import { messageOf, sameJson } from '#base';
import { ApiError } from '#client';
import type { Node, NodeStatus } from '#model/kube';
import { rfc3339Micro, type Timer } from '#platform/clock';
import { diskSpace } from '#platform/host-facts';
import { type AgentContext, LEASES, NODES } from '../context.ts';
import { API_RETRY_MS, LEASE_RENEW_MS, LEASE_SECONDS, NODE_CHECK_MS, NODE_STATUS_MS } from '../limits.ts';
import { newNode, nodeLabels, nodeStatus } from './node-object.ts';

export interface NodeReporter {
  /** The uid of the Node object, once registered. */
  readonly nodeUid: string | undefined;
  /** Whether the disk is nearly full, as last looked. */
  readonly diskPressure: boolean;
  /** Report soon. */
  wake(): void;
  stop(): Promise<void>;
}

interface Volatile {
  readonly conditions: readonly [string, string, string][];
}

/** What makes a status worth sending: everything but heartbeats. */
function essence(status: NodeStatus): NodeStatus & Volatile {
  const conditions = (status.conditions ?? []).map((c): [string, string, string] => [c.type, c.status, c.reason ?? '']);
  return { ...status, conditions } as unknown as NodeStatus & Volatile;
}

export function nodeReporter(context: AgentContext, options: { port(): number; onRegistered(): void }): NodeReporter {
  const { nodeName, client, clock, log, cgroupRoot, folder } = context.options;
  let node: Node | undefined;
  let sent: NodeStatus | undefined;
  let sentAtMs = 0;
  let diskPressure = false;
  let stopped = false;
  const timers = new Map<string, Timer>();

  const register = async (): Promise<Node> => {
    const fresh = newNode(context.options, context.host);
    const current = await client.get(NODES, { name: nodeName }).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === 404) return client.create(NODES, fresh);
      throw error;
    });
    const labels = nodeLabels(context.options, context.host);
    const missing = Object.entries(labels).some(([key, value]) => current.metadata?.labels?.[key] !== value);
    if (!missing) return current;
    return client.patch(NODES, { name: nodeName }, 'merge', { metadata: { labels } });
  };
  const runtimeState = async (): Promise<{ version: string; problem?: string }> => {
    try {
      const [version, conditions] = await Promise.all([context.cri.version(), context.cri.status()]);
      const bad = conditions.find((condition) => !condition.status);
      const problem = bad && `container runtime: ${bad.type}: ${bad.reason} ${bad.message}`.trim();
      return { version: `${version.runtimeName}://${version.runtimeVersion}`, ...(problem ? { problem } : {}) };
    } catch (error) {
      const version = sent?.nodeInfo?.containerRuntimeVersion ?? `${context.runtimeName}://Unknown`;
      return { version, problem: `container runtime is down: ${messageOf(error)}` };
    }
  };
  const look = async (): Promise<NodeStatus> => {
    const runtime = await runtimeState();
    const images = runtime.problem ? [] : await context.cri.imageList();
    const kubepods = `${cgroupRoot}/kubepods`;
    const memoryUsedBytes = context.cgroups.exists(kubepods) ? context.cgroups.stats(kubepods).workingSetBytes : 0;
    const found = {
      host: context.host,
      runtimeVersion: runtime.version,
      images,
      disk: diskSpace(folder),
      memoryUsedBytes,
      ...(runtime.problem ? { runtimeProblem: runtime.problem } : {}),
      port: options.port(),
      now: clock.now(),
    };
    const status = nodeStatus(context.options, found, node?.status);
    diskPressure = status.conditions?.some((c) => c.type === 'DiskPressure' && c.status === 'True') ?? false;
    return status;
  };
  const report = async (): Promise<void> => {
    const status = await look();
    if (!node) {
      node = await register();
      options.onRegistered();
    }
    const due = clock.now() - sentAtMs >= NODE_STATUS_MS;
    if (sent && !due && sameJson(essence(sent), essence(status))) return;
    try {
      node = await client.patch(NODES, { name: nodeName }, 'strategic', { status }, { subresource: 'status' });
      sent = status;
      sentAtMs = clock.now();
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) node = undefined;
      throw error;
    }
  };
  const renew = async (): Promise<void> => {
    const renewTime = rfc3339Micro(clock.now());
    const at = { namespace: 'kube-node-lease', name: nodeName };
    const spec = { holderIdentity: nodeName, leaseDurationSeconds: LEASE_SECONDS, renewTime };
    try {
      await client.patch(LEASES, at, 'merge', { spec });
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 404)) throw error;
      const owner = { apiVersion: 'v1', kind: 'Node', name: nodeName, uid: node?.metadata?.uid ?? '' };
      const ownerReferences = owner.uid ? [owner] : [];
      await client.create(LEASES, { metadata: { ...at, ownerReferences }, spec });
    }
  };
  const repeat = (name: string, everyMs: number, act: () => Promise<void>): void => {
    const turn = async (): Promise<void> => {
      let afterMs = everyMs;
      try {
        await act();
      } catch (error) {
        afterMs = Math.min(everyMs, API_RETRY_MS);
        log.debug(`${name}: not done`, { error: messageOf(error) });
      }
      if (!stopped)
        timers.set(
          name,
          clock.after(afterMs, () => void turn(), { background: true }),
        );
    };
    timers.get(name)?.cancel();
    void turn();
  };
  repeat('report the node', NODE_CHECK_MS, report);
  repeat('renew the lease', LEASE_RENEW_MS, renew);
  return {
    get nodeUid() {
      return node?.metadata?.uid;
    },
    get diskPressure() {
      return diskPressure;
    },
    wake: () => repeat('report the node', NODE_CHECK_MS, report),
    stop: async () => {
      stopped = true;
      for (const timer of timers.values()) timer.cancel();
    },
  };
}
