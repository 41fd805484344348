// The door of the timekeeping service.
export type { ClockSettings, Timekeeper } from './contract.ts';
export { keepTime } from './keep-time.ts';
