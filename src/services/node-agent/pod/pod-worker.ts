// Looks after one pod: observe, plan, act, tell. A pass never waits for what it starts; the end of an act wakes the worker again.
import { messageOf } from '#base';
import {
  type Crash,
  containersOf,
  crashAfter,
  isResizing,
  newestOf,
  type ObservedPod,
  type PodStop,
  type PodView,
  planPod,
  podStatus,
  type ResizeHeld,
} from '#engine/pod';
import type { ContainerStatus, Pod, PodStatus } from '#model/kube';
import type { Timer } from '#platform/clock';
import type { AgentContext } from '../context.ts';
import { API_RETRY_MS } from '../limits.ts';
import { uidOfPod } from '../paths.ts';
import type { Refusal } from '../source/admission.ts';
import type { KeptObjects } from '../source/references.ts';
import { deadlineOf, stopOf } from './ending.ts';
import { fieldPathOf } from './names.ts';
import { type Observer, podObserver } from './observe.ts';
import { PodActs } from './pod-acts.ts';
import { type StatusWriter, statusWriter } from './pod-status-writer.ts';
import { PodProbes } from './probes.ts';
import { finishPod } from './sandbox.ts';

const NOTHING: ObservedPod = { sandboxes: [], containers: [] };

export interface PodWorkerOptions {
  readonly context: AgentContext;
  readonly pod: Pod;
  readonly kept: KeptObjects;
  /** The object in the API that shows this pod: itself, or the mirror of a static pod. */
  apiPod(pod: Pod): Pod | undefined;
  /** Why the node does not take the pod; undefined when it does. */
  admit(pod: Pod): Promise<Refusal | undefined>;
  resizeHeld(pod: Pod): ResizeHeld | undefined;
  /** Told when nothing of the pod is left on the node. */
  onGone(): void;
}

export class PodWorker {
  readonly observer: Observer;
  readonly #options: PodWorkerOptions;
  readonly #context: AgentContext;
  readonly #writer: StatusWriter;
  readonly #acts: PodActs;
  readonly #probes: PodProbes;
  readonly #startTimeMs: number;
  #pod: Pod;
  #status: PodStatus;
  #observed = NOTHING;
  #stop: PodStop | undefined;
  #admitted = false;
  #timer: Timer | undefined;
  #closed = false;
  #gone = false;
  #passing: Promise<void> | undefined;
  #again = false;
  #keptReadiness = '';

  constructor(options: PodWorkerOptions) {
    const { context, kept, pod } = options;
    this.#options = options;
    this.#context = context;
    this.#pod = pod;
    this.#status = pod.status ?? {};
    this.#startTimeMs = context.options.clock.now();
    this.observer = podObserver(context, uidOfPod(pod));
    this.#writer = statusWriter(context);
    this.#probes = new PodProbes({ context, before: (id) => this.#told(id), onChange: () => this.wake() });
    const now = () => ({
      pod: this.#pod,
      status: this.#status,
      observed: this.#observed,
      isWanted: !this.#stop && !this.#closed,
    });
    this.#acts = new PodActs({ context, kept, now, wake: () => this.wake() });
    this.#recall();
  }

  get pod(): Pod {
    return this.#pod;
  }

  get observed(): ObservedPod {
    return this.#observed;
  }

  /** As last computed; shown by the agent's own listing of pods. */
  get status(): PodStatus {
    return this.#status;
  }

  update(pod: Pod): void {
    this.#pod = pod;
    this.wake();
  }

  /** Ends the pod; without a failure it was deleted. */
  end(stop: PodStop): void {
    this.#stop = stop;
    this.wake();
  }

  /** The clock jumped: deadlines and tokens are looked at now. */
  clockJumped(): void {
    this.#acts.refreshSoon();
    this.wake();
  }

  /** Something may have changed: look soon. */
  wake(): void {
    this.#again = true;
    if (this.#closed || this.#gone || this.#passing) return;
    this.#passing = this.#loop().finally(() => {
      this.#passing = undefined;
      if (this.#again) this.wake();
    });
  }

  /** Stops looking; the pod goes on. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    this.#probes.close();
    this.#writer.close();
    await this.#passing;
  }

  #told(containerId: string): ContainerStatus | undefined {
    const { initContainerStatuses = [], containerStatuses = [] } = this.#status;
    return [...initContainerStatuses, ...containerStatuses].find((s) => s.containerID?.endsWith(`/${containerId}`));
  }

  /** What the last status says of earlier lives of the agent. */
  #recall(): void {
    const { initContainerStatuses = [], containerStatuses = [] } = this.#status;
    for (const { name, containerID, restartCount, state, resources } of [
      ...initContainerStatuses,
      ...containerStatuses,
    ]) {
      if (!containerID) continue;
      this.#acts.remember(name, { restartsBefore: restartCount });
      const containerId = containerID.replace(/^.*:\/\//, '');
      if (state?.running && resources) this.#acts.remember(name, { applied: { containerId, resources } });
    }
  }

  async #loop(): Promise<void> {
    const { log } = this.#context.options;
    while (this.#again && !this.#closed && !this.#gone) {
      this.#again = false;
      try {
        await this.#pass();
      } catch (error) {
        log.warn('a look at a pod failed', { pod: this.#pod.metadata?.name, error: messageOf(error) });
        this.#wakeAt(this.#context.time.steady() + API_RETRY_MS);
      }
    }
  }

  async #pass(): Promise<void> {
    const { steady } = this.#context.time;
    await this.#admit();
    if (!this.#stop?.failure) await this.#context.runtime.need();
    this.#observed = await this.observer.look();
    this.#countCrashes();
    this.#decideStop();
    const isUp = (name: string): boolean => [undefined, 'resizing'].includes(this.#acts.memory.get(name)?.busy);
    this.#probes.follow(this.#pod, this.#observed, { ending: this.#stop !== undefined, isUp });
    const plan = planPod(this.#pod, this.#view());
    for (const action of plan.actions) this.#acts.act(action);
    this.#tell();
    if (plan.finished) return this.#finish();
    await this.#acts.refresh();
    const times = [plan.againAtMs, this.#deadline(), this.#acts.refreshAtMs];
    const next = Math.min(...times.filter((time) => time !== undefined));
    this.#timer?.cancel();
    if (Number.isFinite(next)) this.#wakeAt(Math.max(steady() + 10, next));
  }

  /** When the deadline comes, if the clock does not jump. */
  #deadline(): number | undefined {
    const deadline = deadlineOf(this.#pod, this.#status);
    return deadline && deadline - this.#context.options.clock.now() + this.#context.time.steady();
  }

  /** `timeMs` is a steady time. */
  #wakeAt(timeMs: number): void {
    const { options, time } = this.#context;
    this.#timer?.cancel();
    this.#timer = options.clock.after(Math.max(0, timeMs - time.steady()), () => this.wake(), { background: true });
  }

  /** Once, before anything of the pod is made. */
  async #admit(): Promise<void> {
    if (this.#admitted) return;
    const refusal = await this.#options.admit(this.#pod);
    this.#admitted = true;
    if (!refusal) return;
    this.#context.recordEvent(this.#pod, { type: 'Warning', ...refusal });
    this.#stop ??= { graceSeconds: 0, failure: refusal };
  }

  #countCrashes(): void {
    for (const { container } of containersOf(this.#pod)) {
      const seen = newestOf(this.#observed, container.name);
      const before = this.#acts.memory.get(container.name)?.crash;
      if (seen?.state !== 'exited' || before?.containerId === seen.id) continue;
      const crash = this.#backOff(crashAfter(before, seen), seen.finishedAtMs);
      this.#acts.remember(container.name, { crash, restartsBefore: seen.attempt });
      if (crash.delayMs > 0 && !this.#stop) this.#noteBackOff(container.name);
    }
  }

  /** From when the container ended, as far as that is known; never longer than the delay. */
  #backOff(crash: Crash, endedMs: number): Crash {
    const { options, time } = this.#context;
    const leftMs = Math.min(crash.delayMs, Math.max(0, endedMs + crash.delayMs - options.clock.now()));
    return { ...crash, untilMs: time.steady() + leftMs };
  }

  #noteBackOff(name: string): void {
    const pod = this.#pod;
    const container = containersOf(pod).find((named) => named.container.name === name)?.container;
    if (!container) return;
    const message = `Back-off restarting failed container ${name} in pod ${pod.metadata?.name}_${pod.metadata?.namespace}(${uidOfPod(pod)})`;
    this.#context.recordEvent(pod, {
      type: 'Warning',
      reason: 'BackOff',
      message,
      fieldPath: fieldPathOf(pod, container),
    });
  }

  #decideStop(): void {
    const before = this.#stop;
    const now = this.#context.options.clock.now();
    this.#stop = stopOf({ pod: this.#pod, stop: before, status: this.#status, now });
    if (before && this.#stop && this.#stop.graceSeconds < before.graceSeconds)
      this.#acts.hurry(this.#stop.graceSeconds);
  }

  #view(): PodView {
    const base: PodView = {
      observed: this.#observed,
      memory: this.#acts.memory,
      probes: this.#probes.verdicts,
      stop: this.#stop,
      now: this.#context.time.steady(),
      wallMs: this.#context.options.clock.now(),
    };
    const resizeHeld = isResizing(this.#pod, base) ? this.#options.resizeHeld(this.#pod) : undefined;
    return resizeHeld ? { ...base, resizeHeld } : base;
  }

  #tell(): void {
    const { options, runtimeName } = this.#context;
    const api = this.#options.apiPod(this.#pod);
    const conditions = (api ?? this.#pod).status?.conditions ?? this.#status.conditions;
    this.#status = podStatus({
      pod: { ...this.#pod, status: { ...this.#status, conditions } },
      view: this.#view(),
      hostAddress: options.address,
      runtimeName,
      startTimeMs: this.#startTimeMs,
    });
    this.#keepReadiness();
    if (api) this.#writer.write(api, this.#status);
  }

  /** Written down before it is told: an agent that is killed must not take back afterwards what the API was told. */
  #keepReadiness(): void {
    const { initContainerStatuses = [], containerStatuses = [] } = this.#status;
    const now = [...initContainerStatuses, ...containerStatuses]
      .filter(({ state }) => state?.running)
      .map(({ containerID, started, ready }) => `${containerID} ${started} ${ready}`)
      .join();
    if (now !== '' && now !== this.#keptReadiness) this.#acts.keepCurrent();
    this.#keptReadiness = now;
  }

  async #finish(): Promise<void> {
    this.#tell();
    this.#acts.checkpoint();
    await this.#writer.settled();
    if (!this.#stop || this.#stop.failure) {
      this.#timer?.cancel();
      if (!this.#pod.metadata?.deletionTimestamp) return;
    }
    await finishPod({
      context: this.#context,
      pod: this.#pod,
      observed: this.#observed,
      apiPod: this.#options.apiPod(this.#pod),
    });
    this.#gone = true;
    this.#options.onGone();
  }
}
