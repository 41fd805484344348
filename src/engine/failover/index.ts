// The door of failover.
export type * from './contract.ts';
export { failoverStart, failoverStep } from './failover.ts';
export { isHeld, leaseUntil } from './leases.ts';
export { CONTROL_HELD_MS, CONTROL_TTL_MS, NODE_TTL_MS } from './limits.ts';
export { isFenced, othersCanDecide } from './majority.ts';
