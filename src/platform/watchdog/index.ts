// The door of the watchdog room.
export type { Watchdog, WatchdogOrder, WatchdogState, WatchdogTargets } from './contract.ts';
export { openWatchdog, type WatchdogOptions } from './open-watchdog.ts';
export { type FakeWatchdog, fakeWatchdog } from './watchdog.fake.ts';
export { type WatchdogProcess, type WatchdogProcessOptions, watchdogProcess } from './watchdog-process.ts';
