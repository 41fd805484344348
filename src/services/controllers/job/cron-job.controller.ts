// Drives CronJobs: starts jobs when they are due, stops and forgets them. Source: Kubernetes concepts "CronJob".
import { sameJson } from '#base';
import { type CronJobPlan, planCronJob } from '#engine/workload';
import type { CronJob, Job } from '#model/kube';
import { rfc3339 } from '#platform/clock';
import { type Controller, controllerOf, deleteExactly, nameOfKey, ownerReference } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { createUnlessThere } from '../namespace/create-unless-there.ts';
import { watchDependents, watchSelf } from '../watches.ts';

export function cronJobController(context: ControllerContext): Controller {
  const { caches, client, clock, kinds } = context;
  const events = context.events('cronjob-controller');
  const tell = (cron: CronJob, type: 'Normal' | 'Warning', reason: string, message: string): void =>
    events.recordEvent(kinds.cronJobs, cron, { type, reason, message });
  return {
    name: 'cronjob-controller',
    watches: [watchSelf(caches.cronJobs), watchDependents(caches.jobs, kinds.cronJobs)],
    async reconcile(key) {
      const cron = caches.cronJobs.get(nameOfKey(key));
      if (!cron || cron.metadata?.deletionTimestamp) return undefined;
      const jobs = [...caches.jobs.list(cron.metadata?.namespace)].filter(
        (job) => controllerOf(job)?.uid === cron.metadata?.uid,
      );
      const plan = planCronJob({ cron, jobs, nowMs: clock.now() });
      for (const job of plan.forget) await deleteExactly(client, kinds.jobs, job, { propagationPolicy: 'Background' });
      for (const job of plan.stop) {
        await deleteExactly(client, kinds.jobs, job, { propagationPolicy: 'Background' });
        tell(cron, 'Normal', 'SuccessfulDelete', `Deleted job ${job.metadata?.name}`);
      }
      if (plan.skipped) tell(cron, 'Normal', 'JobAlreadyActive', 'Not starting job because prior execution is running');
      if (plan.start) {
        await createUnlessThere(context, kinds.jobs, jobOf(context, cron, plan.start));
        tell(cron, 'Normal', 'SuccessfulCreate', `Created job ${plan.start.name}`);
      }
      await writeStatus(context, cron, plan);
      return plan.againAfterMs === undefined ? undefined : { againAfterMs: plan.againAfterMs };
    },
  };
}

function jobOf(context: ControllerContext, cron: CronJob, start: NonNullable<CronJobPlan['start']>): Job {
  const { metadata, spec } = cron.spec?.jobTemplate ?? {};
  return {
    metadata: {
      name: start.name,
      namespace: cron.metadata?.namespace,
      labels: { ...metadata?.labels },
      annotations: {
        ...metadata?.annotations,
        'batch.kubernetes.io/cronjob-scheduled-timestamp': rfc3339(start.scheduledMs),
      },
      ownerReferences: [ownerReference(context.kinds.cronJobs, cron)],
    },
    ...(spec ? { spec: structuredClone(spec) } : {}),
  };
}

async function writeStatus(context: ControllerContext, cron: CronJob, plan: CronJobPlan): Promise<void> {
  const { caches, client, kinds } = context;
  const { namespace } = cron.metadata ?? {};
  const stopped = new Set(plan.stop);
  const started = plan.start && caches.jobs.get({ namespace, name: plan.start.name });
  const running = [...plan.running.filter((job) => !stopped.has(job)), ...(started ? [started] : [])];
  const active = running.map(({ metadata }) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    namespace,
    name: metadata?.name,
    uid: metadata?.uid,
    resourceVersion: metadata?.resourceVersion,
  }));
  const { active: before, ...rest } = cron.status ?? {};
  const sameJobs = sameJson(
    before?.map(({ uid }) => uid) ?? [],
    active.map(({ uid }) => uid),
  );
  const shown = sameJobs ? before : active;
  const status = {
    ...rest,
    ...(shown?.length ? { active: shown } : {}),
    ...(plan.lastSuccessfulTime ? { lastSuccessfulTime: plan.lastSuccessfulTime } : {}),
    ...(plan.start ? { lastScheduleTime: rfc3339(plan.start.scheduledMs) } : {}),
  };
  if (sameJson(status, cron.status ?? {})) return;
  await client.update(kinds.cronJobs, { ...cron, status }, { subresource: 'status' });
}
