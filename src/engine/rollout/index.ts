// The door of the rollout engine.
export { newReplicaSet, revisionAnnotation } from './replica-set-facts.ts';
export { planRollout, type RolloutInput, type RolloutPlan } from './rollout.plan.ts';
export { type RolloutStatus, type RolloutStatusInput, reportRollout } from './rollout.status.ts';
