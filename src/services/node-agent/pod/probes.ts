// Runs the probes of the containers of one pod, each on its own timer, and keeps their verdicts by container id.
import {
  type ObservedContainer,
  type ObservedPod,
  type ProbeKind,
  type ProbeState,
  type ProbeVerdict,
  probeStart,
  probeStep,
  probeTimes,
  readySandbox,
} from '#engine/pod';
import type { Container, ContainerStatus, Pod, Probe } from '#model/kube';
import type { Timer } from '#platform/clock';
import type { AgentContext } from '../context.ts';
import { runHandler } from './handlers.ts';
import { fieldPathOf } from './names.ts';

interface Running {
  readonly container: Container;
  readonly seen: ObservedContainer;
  readonly states: Map<ProbeKind, ProbeState>;
  readonly timers: Map<ProbeKind, Timer>;
  readonly podIp: string;
  ended: boolean;
}

export interface PodProbesOptions {
  readonly context: AgentContext;
  /** What was last told of a container, by id: what had passed before the agent restarted holds until it fails. */
  before(containerId: string): Pick<ContainerStatus, 'started' | 'ready'> | undefined;
  onChange(): void;
}

const KINDS: readonly ProbeKind[] = ['startup', 'liveness', 'readiness'];
const FIELDS = { startup: 'startupProbe', liveness: 'livenessProbe', readiness: 'readinessProbe' } as const;

function probeOf(container: Container, kind: ProbeKind): Probe | undefined {
  return container[FIELDS[kind]];
}

function verdictOf({ container, states }: Running): ProbeVerdict {
  const passed = (kind: ProbeKind): boolean => !probeOf(container, kind) || states.get(kind)?.passed === true;
  const failing = (['startup', 'liveness'] as const).find((kind) => states.get(kind)?.kill);
  const graceSeconds = failing && probeOf(container, failing)?.terminationGracePeriodSeconds;
  return {
    started: passed('startup'),
    ready: passed('startup') && passed('readiness'),
    ...(failing ? { failed: { probe: failing, ...(graceSeconds === undefined ? {} : { graceSeconds }) } } : {}),
  };
}

export class PodProbes {
  readonly #options: PodProbesOptions;
  readonly #running = new Map<string, Running>();
  readonly #verdicts = new Map<string, ProbeVerdict>();
  #pod: Pod = {};

  constructor(options: PodProbesOptions) {
    this.#options = options;
  }

  /** By container id. */
  get verdicts(): ReadonlyMap<string, ProbeVerdict> {
    return this.#verdicts;
  }

  /** Starts probes of new containers, ends those of containers that are gone. `isUp` tells whether postStart is done. */
  follow(pod: Pod, observed: ObservedPod, { ending, isUp }: { ending: boolean; isUp(name: string): boolean }): void {
    this.#pod = pod;
    const alive = new Map(observed.containers.filter((c) => c.state === 'running').map((c) => [c.id, c]));
    for (const id of this.#running.keys()) if (!alive.has(id) || ending) this.#end(id);
    if (ending) return;
    const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
    const podIp = pod.spec?.hostNetwork
      ? this.#options.context.options.address
      : (readySandbox(observed)?.ips[0] ?? '');
    for (const [id, seen] of alive) {
      const container = containers.find((c) => c.name === seen.name);
      if (!container || !KINDS.some((kind) => probeOf(container, kind))) continue;
      if (!this.#running.has(id) && isUp(seen.name)) this.#start(container, seen, podIp);
    }
  }

  close(): void {
    for (const id of [...this.#running.keys()]) this.#end(id);
  }

  #start(container: Container, seen: ObservedContainer, podIp: string): void {
    const before = this.#options.before(seen.id);
    const states = new Map(KINDS.map((kind) => [kind, probeStart(kind)]));
    for (const [kind, held] of [
      ['startup', before?.started],
      ['readiness', before?.ready],
    ] as const)
      if (held) states.set(kind, { ...probeStart(kind), passed: true });
    const running: Running = { container, seen, podIp, states, timers: new Map(), ended: false };
    this.#running.set(seen.id, running);
    this.#judge(running);
    this.#begin(running, container.startupProbe && !before?.started ? ['startup'] : ['liveness', 'readiness']);
  }

  #begin(running: Running, kinds: readonly ProbeKind[]): void {
    for (const kind of kinds) {
      const probe = probeOf(running.container, kind);
      if (!probe) continue;
      const sinceStartMs = Math.max(0, this.#options.context.options.clock.now() - running.seen.startedAtMs);
      this.#plan(running, kind, Math.max(0, probeTimes(probe).initialDelayMs - sinceStartMs));
    }
  }

  #plan(running: Running, kind: ProbeKind, afterMs: number): void {
    const probe = probeOf(running.container, kind);
    if (!probe || running.ended) return;
    const act = (): void => void this.#ask(running, kind, probe);
    running.timers.set(kind, this.#options.context.options.clock.after(afterMs, act, { background: true }));
  }

  async #ask(running: Running, kind: ProbeKind, probe: Probe): Promise<void> {
    const { container, seen, podIp, states } = running;
    const { timeoutMs, periodMs } = probeTimes(probe);
    const { context } = this.#options;
    const result = await runHandler({ context, container, containerId: seen.id, podIp, timeoutMs }, probe);
    if (running.ended) return;
    // What was known of the container stays known.
    if (result.unknown) {
      if (result.message) this.#note(container, kind, 'errored', result.message);
      return this.#plan(running, kind, periodMs);
    }
    const state = probeStep(kind, probe, states.get(kind) ?? probeStart(kind), result.passed);
    states.set(kind, state);
    if (!result.passed) this.#note(container, kind, 'failed', result.message);
    this.#judge(running);
    if (kind === 'startup' && state.passed) this.#begin(running, ['liveness', 'readiness']);
    else if (!state.kill) this.#plan(running, kind, periodMs);
  }

  #judge(running: Running): void {
    const next = verdictOf(running);
    const old = this.#verdicts.get(running.seen.id);
    this.#verdicts.set(running.seen.id, next);
    if (old?.started !== next.started || old.ready !== next.ready || old.failed?.probe !== next.failed?.probe)
      this.#options.onChange();
  }

  #note(container: Container, kind: ProbeKind, how: 'failed' | 'errored', said: string): void {
    const message = `${kind[0]?.toUpperCase()}${kind.slice(1)} probe ${how}: ${said}`;
    const fieldPath = fieldPathOf(this.#pod, container);
    this.#options.context.recordEvent(this.#pod, { type: 'Warning', reason: 'Unhealthy', message, fieldPath });
  }

  #end(id: string): void {
    const running = this.#running.get(id);
    if (!running) return;
    running.ended = true;
    for (const timer of running.timers.values()) timer.cancel();
    this.#running.delete(id);
    this.#verdicts.delete(id);
  }
}
