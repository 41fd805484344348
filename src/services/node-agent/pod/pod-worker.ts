// Looks after one pod: observe, plan, act, tell. A pass never waits for what it starts; each act marks its container busy,
// and its end wakes the worker again. Everything that is remembered here can be lost: the runtime and the checkpoint have the rest.
import { backoffDelayMs, messageOf } from '#base';
import {
  type ContainerMemory,
  containersOf,
  crashAfter,
  newestOf,
  type ObservedPod,
  type PodAction,
  type PodFacts,
  type PodStop,
  type PodView,
  planPod,
  podStatus,
} from '#engine/pod';
import type { Pod, PodStatus } from '#model/kube';
import type { Timer } from '#platform/clock';
import type { SandboxConfig } from '#platform/cri';
import type { AgentContext } from '../context.ts';
import { API_RETRY_MS, SETUP_RETRY, VOLUME_REFRESH_MS } from '../limits.ts';
import { uidOfPod } from '../paths.ts';
import { writeCheckpoint } from '../source/checkpoint.ts';
import type { KeptObjects } from '../source/references.ts';
import { type ReadyVolumes, referencesOf, refreshVolumes } from '../volumes/volumes.ts';
import { deadlineOf, stopOf } from './ending.ts';
import { type Observer, podObserver } from './observe.ts';
import { statusWriter } from './pod-status-writer.ts';
import { podProbes } from './probes.ts';
import { finishPod, setUpPod } from './sandbox.ts';
import { sandboxConfig } from './sandbox-config.ts';
import { startContainer } from './start-container.ts';
import { stopContainer } from './stop-container.ts';

const NOTHING: ObservedPod = { sandboxes: [], containers: [] };

export interface PodWorkerOptions {
  readonly context: AgentContext;
  readonly pod: Pod;
  readonly kept: KeptObjects;
  /** The object in the API that shows this pod: itself, or the mirror of a static pod. */
  apiPod(pod: Pod): Pod | undefined;
  /** Told when nothing of the pod is left on the node. */
  onGone(): void;
}

export interface PodWorker {
  readonly pod: Pod;
  readonly observer: Observer;
  readonly observed: ObservedPod;
  /** As last computed; shown by the agent's own listing of pods. */
  readonly status: PodStatus;
  update(pod: Pod): void;
  /** Something may have changed: look soon. */
  wake(): void;
  /** Ends the pod; without a cause it was deleted. */
  end(stop: PodStop): void;
  /** Stops looking; the pod goes on. */
  close(): Promise<void>;
}

export function podWorker(options: PodWorkerOptions): PodWorker {
  const { context, kept } = options;
  const { clock, log } = context.options;
  const uid = uidOfPod(options.pod);
  const startTimeMs = clock.now();
  const observer = podObserver(context, uid);
  const writer = statusWriter(context);
  const memory = new Map<string, ContainerMemory>();
  const tasks = new Set<Promise<void>>();
  let pod = options.pod;
  let status: PodStatus = pod.status ?? {};
  let observed = NOTHING;
  let stop: PodStop | undefined;
  let volumes: ReadyVolumes | undefined;
  let config: SandboxConfig | undefined;
  let checkpointed = '';
  let timer: Timer | undefined;
  let refreshedAtMs = clock.now();
  let failures = 0;
  let closed = false;
  let gone = false;
  let passing: Promise<void> | undefined;
  let again = false;

  const remember = (name: string, change: Partial<ContainerMemory>): void => {
    memory.set(name, { ...memory.get(name), ...change });
  };
  const facts = (): PodFacts => ({
    pod,
    nodeName: context.options.nodeName,
    hostAddress: context.options.address,
    podIps: pod.spec?.hostNetwork ? [context.options.address] : (observed.sandboxes.find((s) => s.ready)?.ips ?? []),
    allocatable: context.allocatable,
  });
  const checkpoint = (): void => {
    const shown = { ...pod, status };
    const text = JSON.stringify([shown, [...kept.keys()].sort(), [...kept.values()]]);
    if (text === checkpointed || gone) return;
    writeCheckpoint(context.paths, { pod: shown, objects: kept });
    checkpointed = text;
  };
  const probes = podProbes(context, () => wake());

  for (const s of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])])
    if (s.containerID) remember(s.name, { restartsBefore: s.restartCount });

  const spawn = (name: string, busy: 'starting' | 'stopping', act: () => Promise<void>): void => {
    remember(name, { busy });
    const task = act()
      .catch((error: unknown) => {
        log.warn('an act on a pod failed', { pod: pod.metadata?.name, container: name, error: messageOf(error) });
        remember(name, { retryAtMs: clock.now() + API_RETRY_MS });
      })
      .finally(() => {
        remember(name, { busy: undefined });
        tasks.delete(task);
        wake();
      });
    tasks.add(task);
  };

  const createSandbox = async (attempt: number): Promise<void> => {
    try {
      config = sandboxConfig(context, pod, attempt);
      volumes = await setUpPod({ context, facts: facts(), kept, config, isWanted: () => !stop && !closed });
      context.references.watch(uid, referencesOf(pod), () => {
        refreshedAtMs = 0;
        wake();
      });
      checkpoint();
      failures = 0;
    } catch (error) {
      remember('', { retryAtMs: clock.now() + backoffDelayMs(SETUP_RETRY, failures++) });
      log.warn('a pod cannot be set up yet', { pod: pod.metadata?.name, error: messageOf(error) });
    }
  };

  const start = async (action: Extract<PodAction, { do: 'start-container' }>): Promise<void> => {
    const { container, kind, attempt, sandboxId } = action;
    const sandbox = observed.sandboxes.find((s) => s.id === sandboxId);
    config ??= sandboxConfig(context, pod, sandbox?.attempt ?? 0);
    volumes ??= await setUpPod({ context, facts: facts(), kept, isWanted: () => !stop && !closed });
    const isWanted = (): boolean => !stop && !closed && observed.sandboxes.some((s) => s.id === sandboxId && s.ready);
    const input = { context, facts: facts(), kept, volumes, observed, sandboxId, sandboxConfig: config };
    const outcome = await startContainer({ ...input, container, kind, attempt, isWanted });
    if (outcome.kind === 'waiting') {
      const retryAtMs = outcome.retryAtMs ?? clock.now() + API_RETRY_MS;
      remember(container.name, { waiting: { reason: outcome.reason, message: outcome.message }, retryAtMs });
      return;
    }
    remember(container.name, { waiting: undefined, retryAtMs: undefined });
    if (outcome.kind === 'hook failed') {
      const { containerId, message } = outcome;
      remember(container.name, { waiting: { reason: 'PostStartHookError', message } });
      const graceSeconds = pod.spec?.terminationGracePeriodSeconds ?? 30;
      const podIp = facts().podIps[0] ?? '';
      await stopContainer({ context, pod, container, containerId, podIp, graceSeconds, why: 'pod ends' });
    }
    checkpoint();
  };

  const act = (action: PodAction): void => {
    if (action.do === 'create-sandbox') spawn('', 'starting', () => createSandbox(action.attempt));
    else if (action.do === 'stop-sandbox') spawn('', 'stopping', () => context.cri.sandboxStop(action.id));
    else if (action.do === 'start-container') spawn(action.container.name, 'starting', () => start(action));
    else {
      const { id: containerId, container, graceSeconds, why } = action;
      const podIp = facts().podIps[0] ?? '';
      spawn(container.name, 'stopping', () =>
        stopContainer({ context, pod, container, containerId, podIp, graceSeconds, why }),
      );
    }
  };

  /** A shorter grace reaches containers that are being stopped already. */
  const hurry = (graceSeconds: number): void => {
    for (const c of observed.containers) {
      if (c.state !== 'running' || memory.get(c.name)?.busy !== 'stopping') continue;
      context.cri.containerStop(c.id, graceSeconds).catch((error: unknown) => {
        log.debug('a container could not be stopped sooner', { container: c.name, error: messageOf(error) });
      });
    }
  };
  const view = (): PodView => ({ observed, memory, probes: probes.verdicts, stop, now: clock.now() });
  const tell = (): void => {
    const { options: o, runtimeName } = context;
    const api = options.apiPod(pod);
    const known = { ...pod, status: { ...status, conditions: (api ?? pod).status?.conditions ?? status.conditions } };
    status = podStatus({ pod: known, view: view(), hostAddress: o.address, runtimeName, startTimeMs });
    if (api) writer.write(api, status);
  };
  const refresh = async (): Promise<void> => {
    if (!volumes || stop || clock.now() - refreshedAtMs < VOLUME_REFRESH_MS) return;
    refreshedAtMs = clock.now();
    await refreshVolumes({ context, facts: facts(), kept }).catch((error: unknown) => {
      log.debug('the volumes of a pod cannot be brought up to date', {
        pod: pod.metadata?.name,
        error: messageOf(error),
      });
    });
    checkpoint();
  };
  const finish = async (): Promise<void> => {
    tell();
    checkpoint();
    await writer.settled();
    if (!stop || stop.failure) {
      timer?.cancel();
      if (!pod.metadata?.deletionTimestamp) return;
    }
    await finishPod({ context, pod, observed, apiPod: options.apiPod(pod), graceful: true });
    gone = true;
    options.onGone();
  };

  const pass = async (): Promise<void> => {
    await context.runtime.need();
    observed = await observer.look();
    for (const { container } of containersOf(pod)) {
      const seen = newestOf(observed, container.name);
      const crash = memory.get(container.name)?.crash;
      if (seen?.state === 'exited' && crash?.containerId !== seen.id)
        remember(container.name, { crash: crashAfter(crash, seen), restartsBefore: seen.attempt });
    }
    const before = stop;
    stop = stopOf({ pod, stop, status, now: clock.now() });
    if (before && stop && stop.graceSeconds < before.graceSeconds) hurry(stop.graceSeconds);
    const isUp = (name: string): boolean => memory.get(name)?.busy === undefined;
    probes.follow(pod, observed, { ending: stop !== undefined, isUp });
    const plan = planPod(pod, view());
    for (const action of plan.actions) act(action);
    tell();
    if (plan.finished) return finish();
    await refresh();
    const times = [plan.againAtMs, deadlineOf(pod, status), volumes && refreshedAtMs + VOLUME_REFRESH_MS];
    const next = Math.min(...times.filter((time) => time !== undefined));
    timer?.cancel();
    if (Number.isFinite(next)) timer = clock.after(Math.max(10, next - clock.now()), wake, { background: true });
  };
  const loop = async (): Promise<void> => {
    while (again && !closed && !gone) {
      again = false;
      try {
        await pass();
      } catch (error) {
        log.warn('a look at a pod failed', { pod: pod.metadata?.name, error: messageOf(error) });
        timer?.cancel();
        timer = clock.after(API_RETRY_MS, wake, { background: true });
      }
    }
  };
  const wake = (): void => {
    again = true;
    if (closed || gone || passing) return;
    passing = loop().finally(() => {
      passing = undefined;
      if (again) wake();
    });
  };
  return {
    get pod() {
      return pod;
    },
    get observed() {
      return observed;
    },
    get status() {
      return status;
    },
    observer,
    update: (next) => {
      pod = next;
      wake();
    },
    wake,
    end: (cause) => {
      stop = cause;
      wake();
    },
    close: async () => {
      closed = true;
      timer?.cancel();
      probes.close();
      writer.close();
      await passing;
    },
  };
}
