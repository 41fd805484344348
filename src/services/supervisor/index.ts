// The door of the supervisor.
export type * from './contract.ts';
export { openEventLog } from './event-log.ts';
export { type LivenessWatch, watchLiveness } from './liveness.ts';
export { openProcessRecords, type ProcessRecords } from './process-records.ts';
export { startSupervisor } from './supervisor.ts';
