// Named limits of failover at work, each with its reason. Milliseconds.

/** How often the decider is asked: a lease that ends is noticed this late at most, beside the timers of whoever holds what it gives. */
export const STEP_MS = 100;
/** How often the site is looked at: half of what an etcd member needs to end a lease, which it does twice a second. */
export const LOOK_MS = 250;
/** Renewals in the life of a lease: two may be lost, and an election may pass between two others. */
export const RENEWALS_A_LIFE = 6;
/** An answer of etcd that takes longer is not waited for; an election takes a second. */
export const ANSWER_MS_MAX = 1_000;
/** How long a node that leaves in order waits until nothing of it runs: half of its lease. */
export const LEAVE_MS_MAX = 3_000;
/** How often a node that is fenced is asked whether it has come back, and its power is tried again. */
export const ASK_MS = 1_000;
