// The door of the move back to a node that has returned.
export { type RebalanceOptions, rebalanceController } from './rebalance.controller.ts';
