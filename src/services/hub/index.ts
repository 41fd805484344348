// The door of the hub.
export type { HubOperator } from './operator.ts';
export { type Hub, type HubOptions, startHub } from './start.ts';
