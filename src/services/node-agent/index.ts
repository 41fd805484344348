// The door of the node agent.
export type { NodeAgent, NodeAgentOptions } from './options.ts';
export { forgetPods } from './source/checkpoint.ts';
export { startNodeAgent } from './start.ts';
