// The door of the container log room.
export { type ReadLogOptions, readLog } from './read-log.ts';
export { lastLogText, rotateLog } from './rotate.ts';
