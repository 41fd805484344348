// Eviction: a deletion of a pod that asks the disruption budgets first.
// Source: Kubernetes documentation, "API-initiated Eviction"; policy/v1 Eviction.

import { ApiError } from '#client';
import { type Eviction, type KubeObject, labelMatcherOf, type Pod, type PodDisruptionBudget } from '#model/kube';
import { rfc3339 } from '#platform/clock';
import { requestError } from '../answer/errors.ts';
import type { ServedResource } from '../objects/served-resource.ts';
import { keyOf } from '../objects/served-resource.ts';
import type { Call, Core, WriteCallOptions } from '../verbs/call.ts';
import { objectDelete } from '../verbs/delete.ts';
import { objectMutate } from '../verbs/mutate.ts';
import { objectGet } from '../verbs/read.ts';
import type { SubresourceVerbs } from './subresource.ts';

/** Only where waiting alone helps: clients wait this long by themselves, again and again. */
const RETRY_AFTER_SECONDS = 10;

export function eviction(core: Core): SubresourceVerbs {
  return {
    body: { apiVersion: 'policy/v1', kind: 'Eviction' },
    create: (call, body, options) => evict(core, call, body as Eviction, options),
  };
}

async function evict(core: Core, call: Call, body: Eviction, options: WriteCallOptions): Promise<KubeObject> {
  if (body.metadata?.name && body.metadata.name !== call.name)
    throw requestError.badRequest('name in URL does not match name in Eviction object');
  const entry = objectGet(core, call);
  const pod = entry.index.object(entry.bytes) as Pod;
  const dryRun = options.dryRun || (body.deleteOptions?.dryRun?.length ?? 0) > 0;
  if (!goesAnyway(pod)) await takeFromBudget(core, call, pod, { ...options, dryRun });
  const { gracePeriodSeconds, propagationPolicy, preconditions } = body.deleteOptions ?? {};
  await objectDelete(
    core,
    { ...call, subresource: '' },
    { gracePeriodSeconds, propagationPolicy: propagationPolicy as 'Background' | undefined, preconditions, dryRun },
  );
  return { apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Success', code: 201 } as KubeObject;
}

/** Pods that serve nobody, or are on their way out, disrupt nothing. */
function goesAnyway(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return (
    phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || pod.metadata?.deletionTimestamp !== undefined
  );
}

function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

function budgetsOf(core: Core, resource: ServedResource, pod: Pod): PodDisruptionBudget[] {
  const listed = core.store.list({ prefix: `${resource.prefix}${pod.metadata?.namespace}/` });
  if (listed.kind !== 'listed') return [];
  return listed.entries
    .map((entry) => entry.index.object(entry.bytes) as PodDisruptionBudget)
    .filter((budget) => labelMatcherOf(budget.spec?.selector).matches(pod.metadata?.labels ?? {}));
}

/** Takes the pod out of its budget, or refuses. Errors: ApiError 429, 500 when two budgets claim the pod. */
async function takeFromBudget(core: Core, call: Call, pod: Pod, options: WriteCallOptions): Promise<void> {
  const resource = core.registry.find('policy', 'v1', 'poddisruptionbudgets');
  if (!resource) return;
  const [budget, second] = budgetsOf(core, resource, pod);
  if (!budget) return;
  if (second)
    throw requestError.internal(
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  const name = budget.metadata?.name ?? '';
  const budgetCall: Call = { ...call, resource, subresource: 'status', name };
  if (!core.store.get(keyOf(resource, call.namespace, name))) return;
  await objectMutate(
    core,
    budgetCall,
    {
      change: (present) => withoutPod(present as PodDisruptionBudget, pod, rfc3339(core.clock.now())),
      patched: true,
      skipAdmission: true,
      skipValidation: true,
    },
    options,
  );
}

function withoutPod(present: PodDisruptionBudget, pod: Pod, now: string): PodDisruptionBudget {
  const budget = structuredClone(present);
  if (budget.metadata) delete budget.metadata.resourceVersion;
  const { status, spec } = budget;
  const name = pod.metadata?.name ?? '';
  const healthy = (status?.currentHealthy ?? 0) >= (status?.desiredHealthy ?? 0) && (status?.desiredHealthy ?? 0) > 0;
  // A pod that is not ready may go when the budget says so, or when enough others are healthy.
  if (!isReady(pod) && (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow' || healthy)) return budget;
  if ((status?.observedGeneration ?? 0) < (budget.metadata?.generation ?? 0))
    throw refusal(
      `The disruption budget ${budget.metadata?.name} is still being processed by the server.`,
      RETRY_AFTER_SECONDS,
    );
  if (!status?.disruptionsAllowed || status.disruptionsAllowed < 0)
    throw refusal(
      `The disruption budget ${budget.metadata?.name} needs ${status?.desiredHealthy ?? 0} healthy pods and has ${status?.currentHealthy ?? 0} currently`,
    );
  status.disruptionsAllowed--;
  status.disruptedPods = { ...status.disruptedPods, [name]: now };
  return budget;
}

function refusal(why: string, retryAfterSeconds?: number): ApiError {
  return new ApiError(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: 'DisruptionBudget', message: why }],
    ...(retryAfterSeconds ? { retryAfterSeconds } : {}),
  });
}
