// The named limits of this room, each with its reason.

/** CPU period of every quota, microseconds; the kernel's own default. */
export const CPU_PERIOD_MICROS = 100_000;
/** The smallest quota that the kernel takes. */
export const CPU_QUOTA_MICROS_MIN = 1_000;
/** Rounds of SIGKILL before killing a group is given up; a fork storm is caught by the freezer long before. */
export const KILL_ROUNDS_MAX = 200;
/** Pause between two rounds, for the kernel to take the dead away. */
export const KILL_ROUND_MS = 10;
