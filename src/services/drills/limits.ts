// Named limits of the drills service, each with its reason.

/** How often it is looked whether a drill's owner still runs: one read of /proc, and only while there is a drill. */
export const OWNER_WATCH_MS = 500;
/** How long a drill's end waits for what it changed to be put back, before it is said that it is not: a node that is started takes longest. */
export const PUT_BACK_MS_MAX = 60_000;
