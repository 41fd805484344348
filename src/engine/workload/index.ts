// The door of the workload engine.

export { type CronJobInput, type CronJobPlan, planCronJob } from './cron-job.plan.ts';
export {
  type DaemonNode,
  type DaemonSetInput,
  type DaemonSetPlan,
  planDaemonSet,
} from './daemon-set.plan.ts';
export { type DisruptionInput, type DisruptionPlan, planDisruption } from './disruption.plan.ts';
export { isJobFinished, type JobInput, type JobPlan, planJob } from './job.plan.ts';
export { indexAnnotation, isIndexed, jobFinalizer } from './job-count.ts';
export {
  isPodActive,
  isPodReady,
  isPodTerminal,
  podAvailableInMs,
} from './pod-state.ts';
export { planReplicas, type ReplicasInput, type ReplicasPlan } from './replicas.plan.ts';
export { forgettableRevisions, planRevisions, templateOf } from './revisions.plan.ts';
export { ordinalOf, planStatefulSet, type StatefulSetInput, type StatefulSetPlan } from './stateful-set.plan.ts';
