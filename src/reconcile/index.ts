// The door of the reconcile room.
export type * from './contract.ts';
