// The door of the log room.
export { jsonLog, type Log, type LogFields, type LogLevel, memoryLog } from './log.ts';
