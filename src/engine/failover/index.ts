// The door of failover.
export type * from './contract.ts';
export { failoverStart, failoverStep } from './failover.ts';
export { isFenced, othersCanDecide } from './majority.ts';
