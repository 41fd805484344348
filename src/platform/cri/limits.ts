// The named limits of this room, each with its reason.

/** A list of thousands of containers fits; a runaway answer does not fill the memory. */
export const RPC_BYTES_MAX = 16 * 1024 * 1024;
/** Most calls take milliseconds; a busy disk can make them take many seconds. */
export const RPC_DEADLINE_MS = 120_000;
/** A large image over a thin link. */
export const PULL_DEADLINE_MS = 60 * 60_000;
/** How soon a lost event stream is opened again. */
export const EVENTS_REOPEN_MS = 1_000;
/** The longest pause of the channel between two attempts to reach a runtime that was restarted. */
export const RECONNECT_MS_MAX = 500;
