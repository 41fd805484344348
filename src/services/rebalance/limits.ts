// Named limits of the move back to a node that has returned, each with its reason. Milliseconds.

/** The site has been whole for this long before anything moves: a node that comes back only to go again costs nobody anything. */
export const SETTLE_MS = 120_000;
/** Between two moves: one pod at a time, and time to see how it fares. */
export const PAUSE_MS = 15_000;
/** A pod that is Ready for less has just been disturbed. */
export const READY_MS_MIN = 60_000;
/** Pods that one return may move: a larger imbalance is left to time, and to whoever restarts workloads. */
export const MOVES_MAX = 50;
/** A pod whose budget holds it back is asked again after this. */
export const HELD_MS = 120_000;
/** What has not moved by then, since the site was whole, stays where it is. */
export const GIVE_UP_MS = 3_600_000;
/** How often it is looked whether the site is whole. */
export const LOOK_MS = 5_000;
