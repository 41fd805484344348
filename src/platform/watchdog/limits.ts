// The named limits of this room, each with its reason.

/** Rounds of SIGKILL in a row while new processes show; what still forks is met again at the next look. */
export const STRIKES_MAX = 20;
/** Pause before the next look after something was killed: the dead are taken away meanwhile. */
export const LOOK_PAUSE_MS = 10;
/** Longest pause between two looks of a watchdog that has fired: how long a newcomer lives. */
export const LOOK_PAUSE_MS_MAX = 100;
/** Longest sleep while there is a deadline: a machine that was suspended past it fires so much later. */
export const SLEEP_MS_MAX = 100;
/** holdfastd, its next life, and whoever looks. */
export const CONNECTIONS_MAX = 16;
/** The longest line is that of the targets. */
export const LINE_BYTES_MAX = 262_144;

/** Pause before a broken connection is tried again. */
export const RECONNECT_MS = 100;
/** An order, or a question, that waits longer for its answer counts as not given: the watchdog answers within a millisecond. */
export const ANSWER_MS_MAX = 1000;
/** Orders under way at a time; a watchdog that does not read is told the newest one only, once it does. */
export const ORDERS_UNDER_WAY_MAX = 64;
