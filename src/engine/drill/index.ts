// The door of the drill engine.
export { certificateStanding } from './certificate-standing.ts';
export { type ClockShift, clockShift } from './clock-shift.ts';
export { DRILLS, type Drill } from './drills.ts';
export { type LossTold, lossTold, type ToldEvent } from './loss-told.ts';
export { type DrilledPod, type MovingPods, movedPods, podsToMove, untouchedPods } from './moved-pods.ts';
export { drillReport, type Finding } from './report.ts';
export { type AskedRequests, requestsFinding } from './requests.ts';
