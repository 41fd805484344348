// Sends the status of one pod to the API: only when it changed, one write at a time, the newest wins.
import { messageOf, sameJson } from '#base';
import { ApiError } from '#client';
import type { Pod, PodCondition, PodStatus } from '#model/kube';
import type { Timer } from '#platform/clock';
import { type AgentContext, PODS } from '../context.ts';
import { API_RETRY_MS } from '../limits.ts';

export interface StatusWriter {
  /** `pod` is the API's object: its status is what the API has. */
  write(pod: Pod, status: PodStatus): void;
  /** Resolves when nothing is left to send, or what is left cannot be sent for now. */
  settled(): Promise<void>;
  close(): void;
}

/** A patch that turns one status into the other: what is gone is null, conditions of others stay. */
function statusPatch(before: PodStatus, after: PodStatus): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(after))
    if (!sameJson(value, before[key as keyof PodStatus])) patch[key] = value;
  const owned = ['reason', 'message', 'podIP', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const;
  for (const key of owned) if (before[key] !== undefined && after[key] === undefined) patch[key] = null;
  if (patch.podIPs) {
    const gone = (before.podIPs ?? []).filter(({ ip }) => !after.podIPs?.some((now) => now.ip === ip));
    patch.podIPs = [...(after.podIPs ?? []), ...gone.map(({ ip }) => ({ $patch: 'delete', ip }))];
  }
  if (patch.conditions) {
    const gone = (before.conditions ?? []).filter(({ type }) => !after.conditions?.some((now) => now.type === type));
    patch.conditions = [
      ...(after.conditions ?? []).map((now) => conditionPatch(before, now)),
      ...gone.map(({ type }) => ({ $patch: 'delete', type })),
    ];
  }
  return patch;
}

/** Conditions are merged by type: what a condition does not say any more has to be taken away. */
function conditionPatch(before: PodStatus, now: PodCondition): Record<string, unknown> {
  const old = before.conditions?.find(({ type }) => type === now.type);
  const gone = (['reason', 'message'] as const).filter((key) => old?.[key] !== undefined && now[key] === undefined);
  return { ...now, ...Object.fromEntries(gone.map((key) => [key, null])) };
}

/** Conditions of the agent's that are only there while they hold. */
const PASSING: readonly string[] = ['PodResizePending', 'PodResizeInProgress'];

/** All conditions: the agent's, and those that others set. */
function mergeConditions(before: readonly PodCondition[] = [], own: readonly PodCondition[] = []): PodCondition[] {
  return [...before.filter((c) => !PASSING.includes(c.type) && !own.some((o) => o.type === c.type)), ...own];
}

export function statusWriter(context: AgentContext): StatusWriter {
  const { client, clock, log } = context.options;
  let wanted: { pod: Pod; status: PodStatus } | undefined;
  let sent: { uid: string; status: PodStatus } | undefined;
  let running: Promise<void> | undefined;
  let timer: Timer | undefined;
  let closed = false;

  const send = async (pod: Pod, status: PodStatus): Promise<void> => {
    const { name = '', namespace, uid = '' } = pod.metadata ?? {};
    const known = sent?.uid === uid ? sent.status : (pod.status ?? {});
    const conditions = mergeConditions(pod.status?.conditions, status.conditions);
    const next = { ...status, conditions };
    const patch = statusPatch(known, next);
    if (Object.keys(patch).length === 0) return;
    await client.patch(
      PODS,
      { namespace, name },
      { type: 'strategic', body: { metadata: { uid }, status: patch } },
      { subresource: 'status' },
    );
    sent = { uid, status: next };
  };
  const pump = async (): Promise<void> => {
    while (wanted && !closed) {
      const { pod, status } = wanted;
      wanted = undefined;
      try {
        await send(pod, status);
      } catch (error) {
        // The pod is gone, or another one has its name: nobody wants this status any more.
        if (error instanceof ApiError && (error.code === 404 || error.code === 409)) continue;
        log.debug('the status of a pod was not taken', { pod: pod.metadata?.name, error: messageOf(error) });
        wanted ??= { pod, status };
        timer = clock.after(API_RETRY_MS, begin, { background: true });
        return;
      }
    }
  };
  const begin = (): void => {
    timer?.cancel();
    running ??= pump().finally(() => {
      running = undefined;
    });
  };
  return {
    write: (pod, status) => {
      wanted = { pod, status };
      begin();
    },
    settled: async () => {
      await running;
    },
    close: () => {
      closed = true;
      timer?.cancel();
    },
  };
}
