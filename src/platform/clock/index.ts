// The door of the clock room.
export { type FakeClock, fakeClock } from './clock.fake.ts';
export {
  type Clock,
  type JudgedBetween,
  judgedBetween,
  onJump,
  rfc3339,
  rfc3339Micro,
  systemClock,
  type Timer,
  type WallClock,
} from './clock.ts';
export { type MachineTime, machineTime } from './machine-time.ts';
export { type SiteClock, siteClock } from './site-clock.ts';
