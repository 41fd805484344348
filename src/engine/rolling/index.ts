// The door of the rolling engine.
export { type DesiredReplicas, podName, podsToEvict, podsToGo } from './eviction.ts';
export { type RollingOrders, type RollingView, restartOrder, rollingStep } from './rolling.ts';
