// Named limits of drills, each with its reason.

/** What is looked for comes within this time, on a machine that has other work too. */
export const SEEN_MS_MAX = 20_000;
/** How far the hub is, is told to the disk once a minute; a large journal takes a while more. */
export const DELIVERED_MS_MAX = 100_000;
/** How often it is looked for. */
export const LOOK_MS = 100;
/** How long what must not change is watched. */
export const WATCHED_MS = 3_000;
/** Pause between two requests of one that asks all the while: some 20 a second. */
export const ASK_EVERY_MS = 50;
/** Requests that are sent before and after what they are to survive. */
export const ASK_AROUND_MS = 1_500;
/** The site's time and the machine's steady clock part no further in a drill: files are read and rewritten in between. */
export const TIME_MOVED_MS_MAX = 2_000;
/** How long a node, the witness or a wire stays away at most: a takeover takes seconds, pods that start on a busy machine a minute. Less than
 * what holdfastd gives any drill. */
export const AWAY_MS_MAX = 120_000;
/** A node that is lost several times a day is let in later each time, and what it missed is copied. */
export const HEALED_MS_MAX = 240_000;
/** A drill of two nodes as a whole: away, started again, whole again. */
export const PAIR_DRILL_MS_MAX = 480_000;
/** Of what the nodes told since a fault. */
export const TOLD_BYTES_MAX = 1_048_576;
/** Pods that are named before a drill; the rest is counted. */
export const NAMED_PODS_MAX = 10;
