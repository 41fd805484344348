// The door of the client room.
export type * from './contract.ts';
export { ApiError } from './contract.ts';
export { resourceOf } from './resources.ts';
