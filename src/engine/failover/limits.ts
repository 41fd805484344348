// Named limits of failover, each with its reason. Milliseconds of boot time.

/** Lost, the API of a node stops. As short as etcd grants: with an election inside, a takeover takes less than five seconds. */
export const CONTROL_TTL_MS = 2_000;
/** For how long a leadership counts for who has it: longer than an election, and no longer, since who comes to lead next waits for it. */
export const CONTROL_HELD_MS = 1_600;
/** Lost, the pods of a node end. At least twice the longest election: no election may kill a pod. */
export const NODE_TTL_MS = 6_000;
/** A lease counts as lost this much earlier for its holder than for everybody else: clocks that run apart by two parts in a
 * hundred, and the time to act. */
export const LEASE_MARGIN = 0.05;
/** Without a look at the site for longer, somebody else may have come to lead and to serve meanwhile. Less than a leadership lasts: who
 * comes to lead waits for that long. */
export const UNSEEN_MS_MAX = 1_000;
/** A control plane that has made no progress for this long is not renewed any more: two elections, and a machine that is busy besides. */
export const PROGRESS_MS = 3_000;
/** From taking control to the first sign of progress: a log that is followed already, a barrier, and a listener. */
export const TAKING_MS_MAX = 10_000;
/** A node that gave control up does not ask for it again for this long, so that the role does not flap. */
export const REST_MS = 10_000;
/** A node that is not there when control is taken may be starting: it is not taken for lost before. */
export const ARRIVAL_MS = 15_000;
/** A wire that carries nothing for this long is cut, if the other node is still seen to control: a node that is lost does not, by then. */
export const WIRE_MS = 5_000;
/** A node whose lease is gone for less is not lost: a member of etcd that led once, and comes to itself, ends leases that were renewed
 * elsewhere meanwhile; their nodes ask for others at once. */
export const ABSENT_MS = 1_000;
/** A node that left in order, and said that it comes back, is not lost before: what it keeps ends and starts again meanwhile. */
export const AWAY_MS = 120_000;
/** What others have not refused by then is taken from the node by its power. */
export const POWER_AFTER_MS = 2_000;
/** A node that comes back is let in after this; twice as long with each further loss within a day, up to the last one. */
export const RETURN_MS = { first: 2_000, max: 600_000 } as const;
export const LOSSES_WITHIN_MS = 86_400_000;
/** Losses that are remembered of a node. */
export const LOSSES_MAX = 16;
