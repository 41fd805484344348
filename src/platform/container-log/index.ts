// The door of the container log room.
export { type ReadLogOptions, readLog } from './read-log.ts';
export { lastLogText, rotatedFiles, rotateLog } from './rotate.ts';
