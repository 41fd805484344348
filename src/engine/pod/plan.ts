// Decides what to do next about one pod. Called after every change; does nothing twice, because what is under way is marked
// busy in the memory. Order: sandbox, init containers one by one (sidecars stay), main containers at once; to end, main
// containers at once, then sidecars in reverse order, then the sandbox.
// Source: Kubernetes, Pod Lifecycle; Init Containers; Sidecar Containers (KEP-753).
import type { Container, Pod } from '#model/kube';
import { newestOf, type ObservedContainer, type PodStop, type PodView, readySandbox } from './observed.ts';
import { containersOf, hasRunItsCourse, type NamedContainer } from './outcome.ts';
import { appliedResources, resizeNeed } from './resize.ts';
import { type ContainerKind, restartAtMs, willRestart } from './restart.ts';

export type PodAction =
  | { readonly do: 'create-sandbox'; readonly attempt: number }
  | { readonly do: 'stop-sandbox'; readonly id: string }
  | {
      readonly do: 'start-container';
      readonly container: Container;
      readonly kind: ContainerKind;
      readonly attempt: number;
      readonly sandboxId: string;
    }
  | {
      readonly do: 'stop-container';
      readonly id: string;
      readonly container: Container;
      readonly graceSeconds: number;
      readonly why: StopCause;
    }
  | { readonly do: 'resize-container'; readonly id: string; readonly container: Container };

export type StopCause = 'pod ends' | 'liveness' | 'startup' | 'image changed' | 'resize' | 'sandbox lost';

export interface PodPlan {
  readonly actions: readonly PodAction[];
  /** When to look again although nothing was reported. */
  readonly againAtMs?: number;
  /** Nothing runs, nothing is under way and nothing will be started. */
  readonly finished: boolean;
}

export function planPod(pod: Pod, view: PodView): PodPlan {
  const stop = view.stop ?? (hasRunItsCourse(pod, view.observed) ? { graceSeconds: graceOf(pod) } : undefined);
  if (stop) return planStop(pod, view, stop);
  const sandbox = readySandbox(view.observed);
  if (sandbox) return planContainers(pod, view, sandbox.id);
  return planSandbox(pod, view);
}

function graceOf(pod: Pod): number {
  return pod.spec?.terminationGracePeriodSeconds ?? 30;
}

const running = (c: ObservedContainer): boolean => c.state === 'running' || c.state === 'unknown';

function stopAction(pod: Pod, seen: ObservedContainer, graceSeconds: number, why: StopCause): PodAction {
  const named = containersOf(pod).find(({ container }) => container.name === seen.name);
  const container = named?.container ?? { name: seen.name, image: seen.image };
  return { do: 'stop-container', id: seen.id, container, graceSeconds, why };
}

function planStop(pod: Pod, view: PodView, stop: PodStop): PodPlan {
  const { observed, memory } = view;
  const sidecars = containersOf(pod).filter((named) => named.kind === 'sidecar');
  const isSidecarName = (name: string): boolean => sidecars.some(({ container }) => container.name === name);
  const alive = observed.containers.filter((c) => c.state === 'running');
  const busy = [...memory.values()].some((m) => m.busy !== undefined);
  const first = alive.filter((c) => !isSidecarName(c.name));
  const last = sidecars
    .toReversed()
    .map(({ container }) => alive.find((c) => c.name === container.name))
    .find((c) => c !== undefined);
  const now = first.length > 0 ? first : last && !startsSomething(view, isSidecarName) ? [last] : [];
  const actions = now
    .filter((c) => memory.get(c.name)?.busy !== 'stopping')
    .map((c) => stopAction(pod, c, stop.graceSeconds, 'pod ends'));
  if (alive.length > 0 || busy) return { actions, finished: false };
  const sandboxes = observed.sandboxes.filter((sandbox) => sandbox.ready);
  return {
    actions: sandboxes.map(({ id }) => ({ do: 'stop-sandbox', id })),
    finished: sandboxes.length === 0,
  };
}

function startsSomething(view: PodView, isSidecarName: (name: string) => boolean): boolean {
  return [...view.memory].some(([name, m]) => m.busy === 'starting' && !isSidecarName(name));
}

function planSandbox(pod: Pod, view: PodView): PodPlan {
  const leftovers = view.observed.containers.filter((c) => c.state === 'running');
  const actions: PodAction[] = leftovers
    .filter((c) => !view.memory.get(c.name)?.busy)
    .map((c) => stopAction(pod, c, graceOf(pod), 'sandbox lost'));
  if (leftovers.length > 0) return { actions, finished: false };
  const memory = view.memory.get('');
  if (memory?.busy) return { actions: [], finished: false };
  if (memory?.retryAtMs && memory.retryAtMs > view.now)
    return { actions: [], againAtMs: memory.retryAtMs, finished: false };
  const attempt = Math.max(-1, ...view.observed.sandboxes.map((sandbox) => sandbox.attempt)) + 1;
  return { actions: [{ do: 'create-sandbox', attempt }], finished: false };
}

function planContainers(pod: Pod, view: PodView, sandboxId: string): PodPlan {
  const steps: Step[] = [];
  const all = containersOf(pod);
  const mains = all.filter(({ kind }) => kind === 'main');
  const initialised = mains.some(({ container }) => newestOf(view.observed, container.name, sandboxId));
  let blocked = false;
  for (const named of all) {
    if (named.kind === 'ephemeral') {
      if (!newestOf(view.observed, named.container.name)) steps.push(step(pod, view, named, sandboxId));
    } else if (named.kind === 'main') {
      if (!blocked) steps.push(step(pod, view, named, sandboxId));
    } else if (!blocked && !(named.kind === 'init' && initialised)) {
      const seen = newestOf(view.observed, named.container.name, sandboxId);
      if (named.kind === 'init' && seen?.state === 'exited' && seen.exitCode === 0) continue;
      steps.push(step(pod, view, named, sandboxId));
      blocked = !initialised && !(named.kind === 'sidecar' && isStarted(view, named.container, seen));
    }
  }
  const times = steps.map((s) => s.againAtMs).filter((time) => time !== undefined);
  const actions = steps.map((s) => s.action).filter((action) => action !== undefined);
  return { actions, againAtMs: times.length > 0 ? Math.min(...times) : undefined, finished: false };
}

interface Step {
  readonly action?: PodAction;
  readonly againAtMs?: number;
}

/** What one container needs now. */
function step(pod: Pod, view: PodView, named: NamedContainer, sandboxId: string): Step {
  const { container, kind } = named;
  const memory = view.memory.get(container.name);
  if (memory?.busy) return {};
  const seen = newestOf(view.observed, container.name, sandboxId);
  if (seen && running(seen)) return { action: reasonToAct(pod, view, named, seen) };
  if (seen?.state === 'exited' && !willRestart(pod, container, kind, seen.exitCode)) return {};
  const crashUntil = seen?.state === 'exited' ? restartAtMs(memory?.crash, seen) : 0;
  const notBefore = Math.max(crashUntil, memory?.retryAtMs ?? 0);
  if (notBefore > view.now) return { againAtMs: notBefore };
  const attempt = nextAttempt(view, container.name);
  return { action: { do: 'start-container', container, kind, attempt, sandboxId } };
}

function nextAttempt(view: PodView, name: string): number {
  const seen = view.observed.containers.filter((c) => c.name === name && c.state !== 'created');
  return Math.max((view.memory.get(name)?.restartsBefore ?? 0) - 1, -1, ...seen.map((c) => c.attempt)) + 1;
}

function reasonToAct(pod: Pod, view: PodView, named: NamedContainer, seen: ObservedContainer): PodAction | undefined {
  const failed = view.probes.get(seen.id)?.failed;
  if (failed) return stopAction(pod, seen, failed.graceSeconds ?? graceOf(pod), failed.probe);
  if (seen.state === 'unknown') return stopAction(pod, seen, graceOf(pod), 'sandbox lost');
  const changes = named.kind === 'main' || named.kind === 'sidecar';
  if (changes && named.container.image !== seen.image) return stopAction(pod, seen, graceOf(pod), 'image changed');
  if (!changes || view.resizeHeld) return undefined;
  const need = resizeNeed(named.container, appliedResources(view, seen.name, seen.id));
  if (need === 'restart') return stopAction(pod, seen, graceOf(pod), 'resize');
  return need === 'in place' ? { do: 'resize-container', id: seen.id, container: named.container } : undefined;
}

/** Running, its postStart hook done and its startup probe passed. */
export function isStarted(view: PodView, container: Container, seen: ObservedContainer | undefined): boolean {
  if (seen?.state !== 'running' || view.memory.get(container.name)?.busy === 'starting') return false;
  return container.startupProbe === undefined || view.probes.get(seen.id)?.started === true;
}

export function isReady(view: PodView, container: Container, seen: ObservedContainer | undefined): boolean {
  if (!seen || !isStarted(view, container, seen)) return false;
  return container.readinessProbe === undefined || view.probes.get(seen.id)?.ready === true;
}
