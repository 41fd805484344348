// The tables of what runs pods: deployments, sets, jobs, and the disruption budgets and autoscalers over them.
import type {
  ControllerRevision,
  CronJob,
  DaemonSet,
  Deployment,
  Job,
  PodDisruptionBudget,
  PodTemplate,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from '../generated/kinds.ts';
import { containerImages, containerNames, labelsText, queryText, selectorText } from './cell-text.ts';
import { columnsFor, type KindTable } from './column.ts';
import { durationText, sinceText } from './duration.ts';

function deploymentTable(): KindTable<Deployment> {
  const c = columnsFor<Deployment>();
  const containers = (o: Deployment) => o.spec?.template?.spec?.containers;
  return {
    columns: [
      c.name(),
      c.text('Ready', (o) => `${o.status?.readyReplicas ?? 0}/${o.spec?.replicas ?? 1}`),
      { ...c.count('Up-to-date', (o) => o.status?.updatedReplicas), type: 'string' },
      { ...c.count('Available', (o) => o.status?.availableReplicas), type: 'string' },
      c.age(),
      c.wide('Containers', (o) => containerNames(containers(o))),
      c.wide('Images', (o) => containerImages(containers(o))),
      c.wide('Selector', (o) => queryText(o.spec?.selector)),
    ],
  };
}

/** Replica sets and replication controllers differ in their selectors only. */
function replicasTable<K extends ReplicaSet | ReplicationController>(selector: (o: K) => string): KindTable<K> {
  const c = columnsFor<K>();
  const containers = (o: K) => o.spec?.template?.spec?.containers;
  return {
    columns: [
      c.name(),
      c.count('Desired', (o) => o.spec?.replicas ?? 1),
      c.count('Current', (o) => o.status?.replicas),
      c.count('Ready', (o) => o.status?.readyReplicas),
      c.age(),
      c.wide('Containers', (o) => containerNames(containers(o))),
      c.wide('Images', (o) => containerImages(containers(o))),
      c.wide('Selector', selector),
    ],
  };
}

const replicaSetTable = (): KindTable<ReplicaSet> => replicasTable((o) => selectorText(o.spec?.selector));

const replicationControllerTable = (): KindTable<ReplicationController> =>
  replicasTable((o) => labelsText(o.spec?.selector));

function statefulSetTable(): KindTable<StatefulSet> {
  const c = columnsFor<StatefulSet>();
  return {
    columns: [
      c.name(),
      c.text('Ready', (o) => `${o.status?.readyReplicas ?? 0}/${o.spec?.replicas ?? 1}`),
      c.age(),
      c.wide('Containers', (o) => containerNames(o.spec?.template?.spec?.containers)),
      c.wide('Images', (o) => containerImages(o.spec?.template?.spec?.containers)),
    ],
  };
}

function daemonSetTable(): KindTable<DaemonSet> {
  const c = columnsFor<DaemonSet>();
  const containers = (o: DaemonSet) => o.spec?.template?.spec?.containers;
  return {
    columns: [
      c.name(),
      c.count('Desired', (o) => o.status?.desiredNumberScheduled),
      c.count('Current', (o) => o.status?.currentNumberScheduled),
      c.count('Ready', (o) => o.status?.numberReady),
      c.count('Up-to-date', (o) => o.status?.updatedNumberScheduled),
      c.count('Available', (o) => o.status?.numberAvailable),
      c.text('Node Selector', (o) => labelsText(o.spec?.template?.spec?.nodeSelector)),
      c.age(),
      c.wide('Containers', (o) => containerNames(containers(o))),
      c.wide('Images', (o) => containerImages(containers(o))),
      c.wide('Selector', (o) => selectorText(o.spec?.selector)),
    ],
  };
}

function jobStatus(job: Job): string {
  const has = (type: string) => job.status?.conditions?.find((c) => c.type === type)?.status === 'True';
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (job.metadata?.deletionTimestamp) return 'Terminating';
  if (has('Suspended')) return 'Suspended';
  return has('FailureTarget') ? 'FailureTarget' : 'Running';
}

function completions({ spec, status }: Job): string {
  const done = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${done}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
}

function jobDuration({ status }: Job, now: number): string {
  if (!status?.startTime) return '';
  const end = status.completionTime ? Date.parse(status.completionTime) : now;
  return durationText(end - Date.parse(status.startTime));
}

function jobTable(): KindTable<Job> {
  const c = columnsFor<Job>();
  const containers = (o: Job) => o.spec?.template?.spec?.containers;
  return {
    columns: [
      c.name(),
      c.text('Status', jobStatus),
      c.text('Completions', completions),
      c.text('Duration', jobDuration),
      c.age(),
      c.wide('Containers', (o) => containerNames(containers(o))),
      c.wide('Images', (o) => containerImages(containers(o))),
      c.wide('Selector', (o) => selectorText(o.spec?.selector)),
    ],
  };
}

function suspended(cronJob: CronJob): string {
  const { suspend } = cronJob.spec ?? {};
  return suspend === undefined ? '<unset>' : suspend ? 'True' : 'False';
}

function cronJobTable(): KindTable<CronJob> {
  const c = columnsFor<CronJob>();
  const job = (o: CronJob) => o.spec?.jobTemplate?.spec;
  return {
    columns: [
      c.name(),
      c.text('Schedule', (o) => o.spec?.schedule),
      c.text('Timezone', (o) => o.spec?.timeZone ?? '<none>'),
      { ...c.text('Suspend', suspended), type: 'boolean' },
      c.count('Active', (o) => o.status?.active?.length),
      c.text('Last Schedule', (o, now) =>
        o.status?.lastScheduleTime ? sinceText(o.status.lastScheduleTime, now) : '<none>',
      ),
      c.age(),
      c.wide('Containers', (o) => containerNames(job(o)?.template?.spec?.containers)),
      c.wide('Images', (o) => containerImages(job(o)?.template?.spec?.containers)),
      c.wide('Selector', (o) => selectorText(job(o)?.selector)),
    ],
  };
}

function controllerOf(o: ControllerRevision): string {
  const owner = o.metadata?.ownerReferences?.find((reference) => reference.controller);
  if (!owner) return '<none>';
  const [group] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : [''];
  return `${(group ? `${owner.kind}.${group}` : owner.kind).toLowerCase()}/${owner.name}`;
}

function controllerRevisionTable(): KindTable<ControllerRevision> {
  const c = columnsFor<ControllerRevision>();
  return {
    columns: [
      c.name(),
      c.text('Controller', controllerOf),
      { ...c.count('Revision', (o) => o.revision), type: 'string' },
      c.age(),
    ],
  };
}

function podTemplateTable(): KindTable<PodTemplate> {
  const c = columnsFor<PodTemplate>();
  return {
    columns: [
      c.name(),
      c.text('Containers', (o) => containerNames(o.template?.spec?.containers)),
      c.text('Images', (o) => containerImages(o.template?.spec?.containers)),
      c.text('Pod Labels', (o) => labelsText(o.template?.metadata?.labels)),
    ],
  };
}

function disruptionBudgetTable(): KindTable<PodDisruptionBudget> {
  const c = columnsFor<PodDisruptionBudget>();
  return {
    columns: [
      c.name(),
      c.text('Min Available', (o) => String(o.spec?.minAvailable ?? 'N/A')),
      c.text('Max Unavailable', (o) => String(o.spec?.maxUnavailable ?? 'N/A')),
      c.count('Allowed Disruptions', (o) => o.status?.disruptionsAllowed),
      c.age(),
    ],
  };
}

/** Tables by group/resource. */
export const workloadTables = {
  '/replicationcontrollers': replicationControllerTable,
  '/podtemplates': podTemplateTable,
  'apps/deployments': deploymentTable,
  'apps/replicasets': replicaSetTable,
  'apps/statefulsets': statefulSetTable,
  'apps/daemonsets': daemonSetTable,
  'apps/controllerrevisions': controllerRevisionTable,
  'batch/jobs': jobTable,
  'batch/cronjobs': cronJobTable,
  'policy/poddisruptionbudgets': disruptionBudgetTable,
};
