// Named limits of a rolling restart, each with its reason. Milliseconds.

/** The other node takes control within seconds; one that has not by then will not. */
export const HAND_OVER_MS_MAX = 60_000;
/** From the order to restart until everything of a node is there again, what was written meanwhile copied to it. */
export const RETURN_MS_MAX = 900_000;
/** Names of pods that are told of one wait. */
export const PODS_TOLD_MAX = 5;
