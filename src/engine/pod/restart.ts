// Whether and when a container that ended is started again. Delays: none after the first end, then 10 s doubling to 300 s;
// a run of ten minutes starts over. Source: Kubernetes, Pod Lifecycle, "Container restarts" and "Restart rules".
import type { Container, Pod } from '#model/kube';
import type { Crash, ObservedContainer } from './observed.ts';

const CRASH_DELAY_FIRST_MS = 10_000;
const CRASH_DELAY_MAX_MS = 300_000;
const CRASH_RESET_AFTER_MS = 600_000;

export type ContainerKind = 'init' | 'sidecar' | 'main' | 'ephemeral';

/** An init container that keeps running beside the others. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

function ruleSays(container: Container, exitCode: number): boolean {
  return (container.restartPolicyRules ?? []).some((rule) => {
    const values = rule.exitCodes?.values ?? [];
    const holds = rule.exitCodes?.operator === 'NotIn' ? !values.includes(exitCode) : values.includes(exitCode);
    return rule.action === 'Restart' && holds;
  });
}

export function willRestart(pod: Pod, container: Container, kind: ContainerKind, exitCode: number): boolean {
  if (kind === 'ephemeral') return false;
  if (kind === 'sidecar') return true;
  if (kind === 'init' && exitCode === 0) return false;
  if (ruleSays(container, exitCode)) return true;
  const policy = container.restartPolicy ?? pod.spec?.restartPolicy ?? 'Always';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

/** The delay that holds after `ended`, given the one that held before its run. */
export function crashAfter(previous: Crash | undefined, ended: ObservedContainer): Crash {
  const ranMs = ended.startedAtMs > 0 ? ended.finishedAtMs - ended.startedAtMs : 0;
  if (!previous || ranMs >= CRASH_RESET_AFTER_MS) return { containerId: ended.id, delayMs: 0 };
  const delayMs = previous.delayMs === 0 ? CRASH_DELAY_FIRST_MS : Math.min(previous.delayMs * 2, CRASH_DELAY_MAX_MS);
  return { containerId: ended.id, delayMs };
}

/** When `ended` may be started again, given the delay that was computed for it. */
export function restartAtMs(crash: Crash | undefined, ended: ObservedContainer): number {
  return crash?.containerId === ended.id ? (crash.untilMs ?? ended.finishedAtMs + crash.delayMs) : 0;
}
