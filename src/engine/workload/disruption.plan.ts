// Decides how many pods of a disruption budget may go now.
// Source: Kubernetes documentation, "Disruptions", "Specifying a Disruption Budget for your Application".
import { intOrPercent } from '#base';
import type { Condition, Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from '#model/kube';
import { isPodReady } from './pod-state.ts';

/** An eviction that was granted and of which nothing was seen this long did not happen. */
const DISRUPTED_EXPIRES_MS = 120_000;

export interface DisruptionInput {
  readonly budget: PodDisruptionBudget;
  /** The pods that the budget selects. */
  readonly pods: readonly Pod[];
  /** How many pods their workloads want in all; undefined when one of them belongs to no workload with a scale. */
  readonly wanted: number | undefined;
  readonly nowMs: number;
  /** The same in RFC 3339. */
  readonly now: string;
}

export interface DisruptionPlan {
  readonly status: PodDisruptionBudgetStatus;
  /** When a granted eviction is given up. */
  readonly againAfterMs?: number;
}

/** Evictions that were granted and not seen yet, in time. */
function pending(input: DisruptionInput): Map<string, string> {
  const there = new Set(input.pods.filter((p) => !p.metadata?.deletionTimestamp).map((p) => p.metadata?.name));
  return new Map(
    Object.entries(input.budget.status?.disruptedPods ?? {}).filter(
      ([name, since]) => there.has(name) && Date.parse(since) + DISRUPTED_EXPIRES_MS > input.nowMs,
    ),
  );
}

/** Pods that there should be, and how many of them must be well; undefined when nobody says how many there should be. */
function demand({ budget, pods, wanted }: DisruptionInput): { expected: number; desired: number } | undefined {
  const { minAvailable, maxUnavailable } = budget.spec ?? {};
  if (typeof minAvailable === 'number') return { expected: pods.length, desired: minAvailable };
  if (minAvailable === undefined && maxUnavailable === undefined) return { expected: pods.length, desired: 1 };
  if (wanted === undefined) return undefined;
  if (maxUnavailable === undefined)
    return { expected: wanted, desired: intOrPercent(minAvailable, wanted, { up: true }) };
  const away = intOrPercent(maxUnavailable, wanted, { up: true });
  return { expected: wanted, desired: Math.max(0, wanted - away) };
}

function condition(input: DisruptionInput, wanted: { status: string; reason: string; message: string }): Condition[] {
  const conditions = input.budget.status?.conditions ?? [];
  const before = conditions.find((c) => c.type === 'DisruptionAllowed');
  const lastTransitionTime = before?.status === wanted.status ? before.lastTransitionTime : input.now;
  const observedGeneration = input.budget.metadata?.generation;
  const after: Condition = { type: 'DisruptionAllowed', ...wanted, lastTransitionTime, observedGeneration };
  return [...conditions.filter((c) => c !== before), after];
}

export function planDisruption(input: DisruptionInput): DisruptionPlan {
  const { budget, pods, nowMs } = input;
  const granted = pending(input);
  const needed = demand(input);
  const healthy = pods.filter(
    (pod) => !pod.metadata?.deletionTimestamp && !granted.has(pod.metadata?.name ?? '') && isPodReady(pod),
  ).length;
  const allowed = needed && needed.expected > 0 ? Math.max(0, healthy - needed.desired) : 0;
  const unknown = { status: 'False', reason: 'SyncFailed', message: 'pods belong to no workload that says how many' };
  const enough = { status: 'True', reason: 'SufficientPods', message: '' };
  const status: PodDisruptionBudgetStatus = {
    ...budget.status,
    currentHealthy: needed ? healthy : (budget.status?.currentHealthy ?? 0),
    desiredHealthy: needed?.desired ?? budget.status?.desiredHealthy ?? 0,
    expectedPods: needed?.expected ?? budget.status?.expectedPods ?? 0,
    disruptionsAllowed: allowed,
    observedGeneration: budget.metadata?.generation,
    conditions: condition(
      input,
      !needed ? unknown : allowed > 0 ? enough : { ...enough, status: 'False', reason: 'InsufficientPods' },
    ),
  };
  if (granted.size > 0) status.disruptedPods = Object.fromEntries(granted);
  else delete status.disruptedPods;
  const ends = [...granted.values()].map((since) => Date.parse(since) + DISRUPTED_EXPIRES_MS - nowMs);
  return ends.length > 0 ? { status, againAfterMs: Math.min(...ends) } : { status };
}
