// Looks at what the runtime has of one pod. What cannot change any more (ended containers, addresses) is asked once.
import { messageOf, WorldError } from '#base';
import type { ContainerRunState, ObservedContainer, ObservedPod, ObservedSandbox } from '#engine/pod';
import { lastLogText, readLog } from '#platform/container-log';
import type { CriContainer, CriContainerStatus } from '#platform/cri';
import { readFrom, readTextIfPresent } from '#platform/disk';
import type { AgentContext } from '../context.ts';
import { TERMINATION_LOG_BYTES, TERMINATION_LOG_LINES, TERMINATION_MESSAGE_BYTES_MAX } from '../limits.ts';
import { ANNOTATION, LABEL } from './names.ts';

const STATES: readonly ContainerRunState[] = ['created', 'running', 'exited', 'unknown'];
const millis = (nanos: number): number => Math.round(nanos / 1e6);

export interface Observer {
  look(): Promise<ObservedPod>;
  /** Where a container logs to; of ended ones too. */
  logPath(containerId: string): string | undefined;
}

export function podObserver(context: AgentContext, podUid: string): Observer {
  const { cri } = context;
  const addresses = new Map<string, readonly string[]>();
  const known = new Map<string, ObservedContainer>();
  const logs = new Map<string, string>();

  const container = async (listed: CriContainer): Promise<ObservedContainer | undefined> => {
    const state = STATES[listed.state] ?? 'unknown';
    const old = known.get(listed.id);
    if (old?.state === state && state !== 'created') return old;
    const status = await cri.containerStatus(listed.id).catch((error: unknown) => {
      if (error instanceof WorldError && error.code === 'NotFound') return undefined;
      throw error;
    });
    if (!status) return undefined;
    logs.set(listed.id, status.logPath);
    const seen = await observedOf(context, podUid, listed, status);
    known.set(listed.id, seen);
    return seen;
  };
  const ipsOf = async (id: string): Promise<readonly string[]> => {
    const old = addresses.get(id);
    if (old) return old;
    const { network } = await cri.sandboxStatus(id);
    const ips = network?.ip ? [network.ip, ...network.additionalIps.map(({ ip }) => ip)] : [];
    if (ips.length > 0) addresses.set(id, ips);
    return ips;
  };
  return {
    logPath: (id) => logs.get(id),
    look: async () => {
      const wanted = { [LABEL.podUid]: podUid };
      const [sandboxes, containers] = await Promise.all([cri.sandboxList(wanted), cri.containerList(wanted)]);
      const seen = (await Promise.all(containers.map(container))).filter((c) => c !== undefined);
      for (const id of known.keys()) if (!containers.some((c) => c.id === id)) known.delete(id);
      const observed = await Promise.all(
        sandboxes.map(async (sandbox): Promise<ObservedSandbox> => {
          const ready = sandbox.state === 0;
          const { attempt } = sandbox.metadata;
          const ips = ready ? await ipsOf(sandbox.id) : [];
          return { id: sandbox.id, attempt, ready, createdAtMs: millis(sandbox.createdAt), ips };
        }),
      );
      return {
        sandboxes: observed.sort((a, b) => b.attempt - a.attempt || b.createdAtMs - a.createdAtMs),
        containers: seen.sort((a, b) => b.attempt - a.attempt || b.createdAtMs - a.createdAtMs),
      };
    },
  };
}

/** A killed child makes containerd say OOMKilled of a container that still runs: the state counts, then the reason. */
async function observedOf(
  context: AgentContext,
  podUid: string,
  listed: CriContainer,
  status: CriContainerStatus,
): Promise<ObservedContainer> {
  const { siteTimeOf } = context.time;
  const state = STATES[status.state] ?? 'unknown';
  const ended = state === 'exited';
  const image = status.annotations[ANNOTATION.image] ?? status.image.image;
  return {
    id: listed.id,
    name: status.metadata.name,
    sandboxId: listed.podSandboxId,
    attempt: status.metadata.attempt,
    state,
    createdAtMs: siteTimeOf(millis(status.createdAt)),
    startedAtMs: siteTimeOf(millis(status.startedAt)),
    finishedAtMs: siteTimeOf(millis(status.finishedAt)),
    exitCode: status.exitCode,
    reason: ended ? status.reason : '',
    message: ended ? await terminationMessage(context, podUid, status) : '',
    image,
    imageId: status.imageRef,
  };
}

/** Source: Kubernetes API, Container.terminationMessagePath and terminationMessagePolicy. */
async function terminationMessage(context: AgentContext, podUid: string, status: CriContainerStatus): Promise<string> {
  if (status.reason === 'StartError') return status.message;
  const { name, attempt } = status.metadata;
  const file = context.paths.terminationMessage(podUid, name, attempt);
  try {
    const text = readTextIfPresent(file) === undefined ? '' : readFrom(file, 0, TERMINATION_MESSAGE_BYTES_MAX).text;
    if (text !== '') return text;
    if (status.annotations[ANNOTATION.terminationMessagePolicy] !== 'FallbackToLogsOnError') return status.message;
    if (status.exitCode === 0) return status.message;
    let logged = '';
    const { clock } = context.options;
    await readLog(status.logPath, { clock, tailLines: TERMINATION_LOG_LINES }, (piece) => {
      logged = (logged + piece.toString()).slice(-TERMINATION_LOG_BYTES * 2);
    });
    return lastLogText(logged, { lines: TERMINATION_LOG_LINES, bytesMax: TERMINATION_LOG_BYTES });
  } catch (error) {
    return `the termination message cannot be read: ${messageOf(error)}`;
  }
}
