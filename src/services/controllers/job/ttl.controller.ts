// Deletes finished Jobs when their time is over. Source: Kubernetes concepts "Automatic Cleanup for Finished Jobs".
import { isJobFinished } from '#engine/workload';
import { type Controller, deleteExactly, nameOfKey } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { watchSelf } from '../watches.ts';

export function ttlAfterFinishedController(context: ControllerContext): Controller {
  const { caches, client, clock, kinds } = context;
  return {
    name: 'ttl-after-finished-controller',
    watches: [watchSelf(caches.jobs)],
    async reconcile(key) {
      const job = caches.jobs.get(nameOfKey(key));
      const seconds = job?.spec?.ttlSecondsAfterFinished;
      if (!job || seconds === undefined || job.metadata?.deletionTimestamp || !isJobFinished(job)) return undefined;
      const end = job.status?.conditions?.find(
        (c) => (c.type === 'Complete' || c.type === 'Failed') && c.status === 'True',
      );
      const left = Date.parse(end?.lastTransitionTime ?? '') + seconds * 1000 - clock.now();
      if (left > 0) return { againAfterMs: left };
      await deleteExactly(client, kinds.jobs, job, { propagationPolicy: 'Foreground' });
      return undefined;
    },
  };
}
