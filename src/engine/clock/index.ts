// The door of the clock engine.
export { RATCHET_EVERY_MS } from './limits.ts';
export { persistedClock, siteTime } from './line.ts';
export { type NtpAnswer, type NtpQuorum, ntpQuorum } from './ntp-quorum.ts';
export { clockStart } from './start.ts';
export type { ClockAction, ClockEvent, ClockReading, ClockState, ClockStep } from './state.ts';
export { clockCondition, clockStatus, type ToldClock, toldClock } from './status.ts';
export { clockStep } from './step.ts';
export { systemClockToSet } from './system-clock.ts';
export { lengthText } from './text.ts';
