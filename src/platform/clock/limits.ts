// Named limits of the clock room, each with its reason.

/** How old the site's time may be in a process that asks for it: a look at one file's name costs a few microseconds. */
export const LOOK_MS = 1_000;
/** The system clock and this process's own count of time differ by no more than this unless one was set, or the machine slept. */
export const STEP_MS = 1_000;
/** A step of the site's time that others are told of: smaller ones change no plan. */
export const JUMP_TOLD_MS = 10_000;
/** How often the file is looked at for those who wait for jumps, where the system does not tell of changes. */
export const LOOK_AGAIN_MS = 30_000;
