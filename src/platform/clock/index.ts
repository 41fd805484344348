// The door of the clock room.
export { type FakeClock, fakeClock } from './clock.fake.ts';
export { type Clock, rfc3339, rfc3339Micro, systemClock, type Timer } from './clock.ts';
