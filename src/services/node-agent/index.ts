// The door of the node agent.
export type { NodeAgent, NodeAgentOptions } from './options.ts';
export { startNodeAgent } from './start.ts';
