// Named limits of replicated volumes, each with its reason.

/** How often a mounted client is asked which bricks it reaches. */
export const LOOK_MS = 2_000;
/** How often members, volume and options are looked at when nothing is known to be wrong. */
export const SETTLED_MS = 60_000;
/** ... and while something is; a command of gluster takes a tenth of a second. */
export const UNSETTLED_MS = 3_000;
/** How often bricks are asked what is to be healed, while there is something or a brick is away, and otherwise: seldom, for whoever asks
 * holds locks for a moment, and a node that is lost with one keeps writers of the other waiting until its locks are let go. */
export const HEALING_MS = 10_000;
export const HEALED_MS = 300_000;
/** How often log files of glusterd's children are looked at, and from which size on they are emptied. */
export const LOGS_MS = 60_000;
export const LOG_BYTES_MAX = 8 * 1024 * 1024;
/** glusterd and clients keep nothing that is not on disk already. */
export const STOP_GRACE_MS = 3_000;
/** A client is asked whether it lives, and waited for beyond what its supervisor takes for hanging. */
export const CLIENT_ANSWER_MS_MAX = 60_000;
