// Named limits of the supervisor, each with its reason.
import type { Backoff } from '#base';

/** Between two starts of a process that keeps dying: quick at first, so that a single crash is hardly felt. */
export const RESTART_BACKOFF: Backoff = { firstMs: 100, maxMs: 30_000, factor: 2 };
/** A process that ran this long has recovered: its next death counts as the first. */
export const STABLE_AFTER_MS = 60_000;
/** Deaths in a row from which on a condition says that a process keeps dying. */
export const UNSTABLE_DEATHS = 3;
/** How often an adopted process (not our child, so no exit event) is looked at. */
export const ADOPTED_POLL_MS = 500;
/** How often readiness is asked while a process starts; a start takes tenths of a second. */
export const READY_POLL_MS = 25;
/** A process that is asked to end is killed after this, unless its declaration says otherwise. */
export const STOP_GRACE_MS = 10_000;
/** Log files are looked at this often, and rotated from this size on: at most twice that a process on disk. */
export const LOG_CHECK_MS = 30_000;
export const LOG_BYTES_MAX = 8 * 1024 * 1024;
/** Events kept: this much, and as much again in the file before. */
export const EVENTS_BYTES_MAX = 1024 * 1024;
/** How often a full disk is asked again to take the records of processes. */
export const RECORDS_RETRY_MS = 1_000;
/** How often a process is asked whether it lives, and looked at while its answer is due: nothing at an idle site's cost. */
export const LIVENESS_MS = 5_000;
/** Silence after which a process counts as hung: well above what a collection of garbage or a large list takes. */
export const LIVENESS_SILENCE_MS = 20_000;
/** A look that is later than this tells of whoever looks, not of the process. */
export const LIVENESS_LATE_MS = 2_000;
