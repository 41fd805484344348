// Named limits of the site's clock, each with its reason.

const DAY_MS = 86_400_000;
const YEAR_MS = 365.25 * DAY_MS;

/** A system clock that moved less than this against boot time was not set: what remains is how coarsely both are read. */
export const JUMP_MS = 2_000;
/** Two times that differ by less than this, and their stated uncertainty, agree: nothing in a site is finer than a second. */
export const AGREES_MS = 1_000;
/** A clock chip counts whole seconds, and is set seldom: after a start it may stand this much behind what has passed. */
export const CHIP_MS = 60_000;
/** How fast a bad oscillator may run away: an hour a year is 114 millionths. */
export const DRIFT = 250e-6;
/** A box may lie in a store room for years before it is switched on; a dead battery or a wrong digit is decades off. */
export const POWER_OFF_MS_MAX = 10 * YEAR_MS;
/** A reading this close to what has surely passed is no coincidence, though another one would be possible too. */
export const SHORT_OFF_MS = 7 * DAY_MS;
/** Two such readings are in doubt when they are this far apart: closer ones are a clock that ran badly for years. */
export const APART_MS = DAY_MS;
/** How often elapsed time is written into the ratchet: four small writes a day, and a power cut costs no more than this. */
export const RATCHET_EVERY_MS = 6 * 3_600_000;
/** What was valid before a jump stays so for this long, so that it can be renewed instead of refused. */
export const LEEWAY_MS = 600_000;
/** Who vouched this long ago, and is silent since, gives way to whoever else agrees: time servers are asked every 17 minutes. */
export const VOUCHED_MS = DAY_MS;
/** A smaller step needs no leeway and no new plans. */
export const STEP_TOLD_MS = 10_000;
/** An operator's time later than this after the software was made is a slip of the keys: its authorities end before. */
export const STATED_MS_MAX = 50 * YEAR_MS;
/** A system clock this far off is set right, where the site may do that. */
export const SET_SYSTEM_OFF_MS = 1_000;
