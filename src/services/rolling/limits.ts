// Named limits of a rolling restart at work, each with its reason. Milliseconds.

/** How often it is looked at what is written down, while nothing is. */
export const IDLE_LOOK_MS = 1_000;
/** How often the next step is asked for while one goes on. */
export const STEP_MS = 500;
/** An answer of etcd that takes longer is not waited for. */
export const ANSWER_MS = 2_000;
/** How long a voter that begins to restart has to end what it keeps, before that is tried again. */
export const RESTART_AGAIN_MS = 60_000;
