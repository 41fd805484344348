// The door of the workload engine.
export {
  isPodActive,
  isPodAvailable,
  isPodReady,
  isPodTerminal,
  podAvailableInMs,
  podCondition,
} from './pod-state.ts';
export { compareForRemoval, planReplicas, type ReplicasInput, type ReplicasPlan } from './replicas.plan.ts';
