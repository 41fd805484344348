// The door of the process room.
export { type RunOptions, type RunResult, run, runOrThrow } from './run.ts';
