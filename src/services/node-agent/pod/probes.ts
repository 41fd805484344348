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
} from '#engine/pod';
import type { Container, Pod, Probe } from '#model/kube';
import type { Timer } from '#platform/clock';
import type { AgentContext } from '../context.ts';
import { runHandler } from './handlers.ts';
import { fieldPathOf } from './names.ts';

export interface PodProbes {
  readonly verdicts: ReadonlyMap<string, ProbeVerdict>;
  /** Starts probes of new containers, ends those of containers that are gone. `ready` tells whether postStart is done. */
  follow(pod: Pod, observed: ObservedPod, options: { ending: boolean; isUp(name: string): boolean }): void;
  close(): void;
}

interface Running {
  readonly container: Container;
  readonly seen: ObservedContainer;
  readonly states: Map<ProbeKind, ProbeState>;
  readonly timers: Map<ProbeKind, Timer>;
  podIp: string;
  ended: boolean;
}

const KINDS: readonly ProbeKind[] = ['startup', 'liveness', 'readiness'];
const FIELDS = { startup: 'startupProbe', liveness: 'livenessProbe', readiness: 'readinessProbe' } as const;

function probeOf(container: Container, kind: ProbeKind): Probe | undefined {
  return container[FIELDS[kind]];
}

export function podProbes(context: AgentContext, onChange: () => void): PodProbes {
  const { clock } = context.options;
  const running = new Map<string, Running>();
  const verdicts = new Map<string, ProbeVerdict>();
  let current: Pod = {};

  const judge = (id: string, r: Running): void => {
    const passed = (kind: ProbeKind): boolean => !probeOf(r.container, kind) || r.states.get(kind)?.passed === true;
    const failing = (['startup', 'liveness'] as const).find((kind) => r.states.get(kind)?.kill);
    const graceSeconds = failing && probeOf(r.container, failing)?.terminationGracePeriodSeconds;
    const next: ProbeVerdict = {
      started: passed('startup'),
      ready: passed('startup') && passed('readiness'),
      ...(failing ? { failed: { probe: failing, ...(graceSeconds === undefined ? {} : { graceSeconds }) } } : {}),
    };
    const old = verdicts.get(id);
    verdicts.set(id, next);
    if (old?.started !== next.started || old.ready !== next.ready || old.failed?.probe !== next.failed?.probe)
      onChange();
  };
  const note = (r: Running, kind: ProbeKind, message: string): void => {
    const name = `${kind[0]?.toUpperCase()}${kind.slice(1)}`;
    const fieldPath = fieldPathOf(current, r.container);
    context.recordEvent(current, {
      type: 'Warning',
      reason: 'Unhealthy',
      message: `${name} probe failed: ${message}`,
      fieldPath,
    });
  };
  const ask = async (id: string, r: Running, kind: ProbeKind, probe: Probe): Promise<void> => {
    const { timeoutMs, periodMs } = probeTimes(probe);
    const target = { context, container: r.container, containerId: r.seen.id, podIp: r.podIp, timeoutMs };
    const result = await runHandler(target, probe);
    if (r.ended) return;
    const state = probeStep(kind, probe, r.states.get(kind) ?? probeStart(kind), result.passed);
    r.states.set(kind, state);
    if (!result.passed) note(r, kind, result.message);
    judge(id, r);
    if (kind === 'startup' && state.passed) begin(id, r, ['liveness', 'readiness']);
    else if (!state.kill) plan(id, r, kind, periodMs);
  };
  const plan = (id: string, r: Running, kind: ProbeKind, afterMs: number): void => {
    const probe = probeOf(r.container, kind);
    if (!probe || r.ended) return;
    const act = (): void => void ask(id, r, kind, probe);
    r.timers.set(kind, clock.after(afterMs, act, { background: true }));
  };
  const begin = (id: string, r: Running, kinds: readonly ProbeKind[]): void => {
    for (const kind of kinds) {
      const probe = probeOf(r.container, kind);
      if (!probe) continue;
      const sinceStartMs = clock.now() - r.seen.startedAtMs;
      plan(id, r, kind, Math.max(0, probeTimes(probe).initialDelayMs - sinceStartMs));
    }
  };
  const end = (id: string): void => {
    const r = running.get(id);
    if (!r) return;
    r.ended = true;
    for (const timer of r.timers.values()) timer.cancel();
    running.delete(id);
    verdicts.delete(id);
  };
  const start = (container: Container, seen: ObservedContainer, podIp: string): void => {
    const states = new Map(KINDS.map((kind) => [kind, probeStart(kind)]));
    const r: Running = { container, seen, podIp, states, timers: new Map(), ended: false };
    running.set(seen.id, r);
    judge(seen.id, r);
    begin(seen.id, r, container.startupProbe ? ['startup'] : ['liveness', 'readiness']);
  };
  return {
    verdicts,
    follow: (pod, observed, { ending, isUp }) => {
      current = pod;
      const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
      const alive = new Map(observed.containers.filter((c) => c.state === 'running').map((c) => [c.id, c]));
      for (const id of running.keys()) if (!alive.has(id) || ending) end(id);
      if (ending) return;
      const sandbox = observed.sandboxes.find((s) => s.ready);
      const podIp = pod.spec?.hostNetwork ? context.options.address : (sandbox?.ips[0] ?? '');
      for (const [id, seen] of alive) {
        const container = containers.find((c) => c.name === seen.name);
        if (!container || !KINDS.some((kind) => probeOf(container, kind))) continue;
        if (!running.has(id) && isUp(seen.name)) start(container, seen, podIp);
      }
    },
    close: () => {
      for (const id of [...running.keys()]) end(id);
    },
  };
}
