// Drives Jobs: counts their pods exactly once each, makes and stops pods, ends. Source: Kubernetes concepts "Jobs".
import { labelSelectorMatches, sameJson } from '#base';
import { isJobFinished, type JobPlan, jobFinalizer, planJob } from '#engine/workload';
import type { Job, Pod } from '#model/kube';
import { rfc3339 } from '#platform/clock';
import {
  type Controller,
  claimDependents,
  controllerOf,
  type EventRecorder,
  nameOf,
  nameOfKey,
  orMissing,
} from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { createPods, isNamespaceGoing, removePods } from '../pods.apply.ts';
import { keysWhere, watchDependents, watchSelf } from '../watches.ts';
import { jobPod } from './job-pod.ts';

export function jobController(context: ControllerContext): Controller {
  const { caches, client, clock, kinds } = context;
  const events = context.events('job-controller');
  const adopters = (orphan: Pod): Iterable<string> =>
    keysWhere(caches.jobs, orphan.metadata?.namespace, (job) =>
      labelSelectorMatches(job.spec?.selector, orphan.metadata?.labels),
    );
  return {
    name: 'job-controller',
    watches: [watchSelf(caches.jobs), watchDependents(caches.pods, kinds.jobs, adopters)],
    async reconcile(key) {
      const owner = caches.jobs.get(nameOfKey(key));
      if (!owner || (owner.spec?.managedBy ?? 'kubernetes.io/job-controller') !== 'kubernetes.io/job-controller')
        return undefined;
      const pods = await claimDependents({
        client,
        of: kinds.pods,
        ownerOf: kinds.jobs,
        owner,
        candidates: context.podsByController.candidates(owner),
        matches: (pod) => !owner.spec?.selector || labelSelectorMatches(owner.spec.selector, pod.metadata?.labels),
      });
      if (owner.metadata?.deletionTimestamp || isJobFinished(owner)) {
        await untrack(context, pods);
        return undefined;
      }
      const nowMs = clock.now();
      const plan = planJob({ job: owner, pods, nowMs, now: rfc3339(nowMs) });
      const workload = { of: kinds.jobs, owner, events };
      if (!sameJson(plan.status, owner.status)) {
        const written = await client.update(kinds.jobs, { ...owner, status: plan.status }, { subresource: 'status' });
        tellEnding(context, events, { before: owner, after: written });
      }
      // A pod that is stopped here has not failed, so nothing is to be counted of it.
      await untrack(context, [...plan.untrack, ...plan.remove]);
      await removePods(context, workload, plan.remove);
      await startPods(context, workload, plan);
      return plan.againAfterMs === undefined ? undefined : { againAfterMs: plan.againAfterMs };
    },
  };
}

async function startPods(
  context: ControllerContext,
  workload: Parameters<typeof jobPod>[0],
  plan: JobPlan,
): Promise<void> {
  try {
    await createPods(
      context,
      workload,
      plan.create.map((wanted) => jobPod(workload, wanted)),
    );
  } catch (thrown) {
    if (!isNamespaceGoing(thrown)) throw thrown;
  }
}

async function untrack(context: ControllerContext, pods: readonly Pod[]): Promise<void> {
  for (const pod of pods) {
    const { finalizers = [], uid, resourceVersion } = pod.metadata ?? {};
    if (!finalizers.includes(jobFinalizer)) continue;
    const kept = finalizers.filter((name) => name !== jobFinalizer);
    const body = { metadata: { uid, resourceVersion, finalizers: kept } };
    await orMissing(context.client.patch(context.kinds.pods, nameOf(pod), { type: 'merge', body }));
  }
}

function tellEnding(context: ControllerContext, events: EventRecorder, job: { before: Job; after: Job }): void {
  const had = (type: string): boolean =>
    job.before.status?.conditions?.some((c) => c.type === type && c.status === 'True') ?? false;
  for (const { type, status, reason = '', message = '' } of job.after.status?.conditions ?? []) {
    if (status !== 'True' || had(type)) continue;
    if (type === 'Complete')
      events.recordEvent(context.kinds.jobs, job.after, {
        type: 'Normal',
        reason: 'Completed',
        message: 'Job completed',
      });
    if (type === 'Failed') events.recordEvent(context.kinds.jobs, job.after, { type: 'Warning', reason, message });
    if (type === 'Suspended')
      events.recordEvent(context.kinds.jobs, job.after, { type: 'Normal', reason: 'Suspended', message });
  }
}

/** A pod that has lost its Job must not be held by the Job's finalizer. */
export function orphanedJobPodController(context: ControllerContext): Controller {
  const { caches } = context;
  return {
    name: 'job-orphan-controller',
    watches: [
      {
        cache: caches.pods,
        keys: ({ object }) =>
          object.metadata?.finalizers?.includes(jobFinalizer)
            ? [`${object.metadata.namespace}/${object.metadata.name}`]
            : [],
      },
      {
        cache: caches.jobs,
        keys: ({ type, object }) =>
          type === 'deleted'
            ? context.podsByController.dependents(object).map((p) => `${p.metadata?.namespace}/${p.metadata?.name}`)
            : [],
      },
    ],
    async reconcile(key) {
      const pod = caches.pods.get(nameOfKey(key));
      if (!pod) return;
      const reference = controllerOf(pod);
      const job =
        reference?.kind === 'Job'
          ? caches.jobs.get({ namespace: pod.metadata?.namespace, name: reference.name })
          : undefined;
      const selected =
        !reference &&
        keysWhere(caches.jobs, pod.metadata?.namespace, (j) =>
          labelSelectorMatches(j.spec?.selector, pod.metadata?.labels),
        );
      if (job?.metadata?.uid === reference?.uid && job) return;
      if (selected && [...selected].length > 0) return;
      await untrack(context, [pod]);
    },
  };
}
