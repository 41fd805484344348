// Counts the results of one probe against its thresholds. Source: Kubernetes, "Configure Liveness, Readiness and Startup Probes".
//   startup    not passed --successes--> passed (never asked again);  --failures--> kill
//   liveness   passing --failures--> kill
//   readiness  not ready --successes--> ready --failures--> not ready
import type { Probe } from '#model/kube';

export type ProbeKind = 'startup' | 'liveness' | 'readiness';

export interface ProbeState {
  /** Results of the same kind in a row. */
  readonly row: number;
  readonly lastPassed?: boolean;
  /** What holds now; undefined before the first threshold was reached. */
  readonly passed: boolean;
  readonly kill: boolean;
}

export function probeStart(kind: ProbeKind): ProbeState {
  return { row: 0, passed: kind === 'liveness', kill: false };
}

export function probeStep(kind: ProbeKind, probe: Probe, state: ProbeState, passed: boolean): ProbeState {
  const row = state.lastPassed === passed ? state.row + 1 : 1;
  const threshold = passed ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
  const next = { row, lastPassed: passed };
  if (row < threshold) return { ...next, passed: state.passed, kill: false };
  return { ...next, passed, kill: !passed && kind !== 'readiness' };
}

/** Defaults of the API, for pods that did not pass through it (static pods). */
export function probeTimes(probe: Probe): { initialDelayMs: number; periodMs: number; timeoutMs: number } {
  return {
    initialDelayMs: (probe.initialDelaySeconds ?? 0) * 1000,
    periodMs: Math.max(1, probe.periodSeconds ?? 10) * 1000,
    timeoutMs: Math.max(1, probe.timeoutSeconds ?? 1) * 1000,
  };
}
