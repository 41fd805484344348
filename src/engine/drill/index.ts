// The door of the drill engine.
export { certificateStanding } from './certificate-standing.ts';
export { type ClockShift, clockShift } from './clock-shift.ts';
export { DRILLS, type Drill } from './drills.ts';
export { drillReport, type Finding } from './report.ts';
export { type AskedRequests, requestsFinding } from './requests.ts';
