// The door of the command line.
export type { Surroundings } from './context.ts';
export type { Stream } from './output.ts';
export { type CliResult, runCli } from './program.ts';
