// The door of failover at work.
export type * from './contract.ts';
export { type Failover, type FailoverOptions, keepFailover } from './keep-failover.ts';
export { keepWitness } from './keep-witness.ts';
