// The door of the socket room.
export { callLines, type LineHandler, type LineServer, serveLines } from './json-lines.ts';
export { canConnect } from './probe.ts';
