// The door of rolling restarts at work.
export type { Rolling, RollingOptions, SiteSeenByRolling } from './contract.ts';
export { keepRolling } from './keep-rolling.ts';
