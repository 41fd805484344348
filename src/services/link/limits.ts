// Named limits of the site's side of the link, each with its reason.
import type { Backoff } from '#base';

/** Time from a dial to a hub that is known: a satellite's half second, several times over, and a proxy on the way. */
export const DIAL_MS_MAX = 20_000;
/** Time for the answer to a heartbeat: as much as a weak link needs, and less than what makes people wait. */
export const BEAT_ANSWER_MS_MAX = 20_000;
/** Time for an identity: the hub signs it, and writes it down first. */
export const IDENTITY_ANSWER_MS_MAX = 30_000;
/** Time for the desired state and for a delivery of the journal: megabytes over a thin link. */
export const BULK_ANSWER_MS_MAX = 180_000;
/** After this much silence the connection is probed; with the longest wait for an answer, a dead one is found within 50 s. */
export const PING_AFTER_MS = 30_000;
export const PING_MS_MAX = 15_000;
/** Share of the interval by which heartbeats come earlier or later, so that many sites do not beat as one. */
export const BEAT_JITTER = 0.1;
/** From 5 s to 5 minutes: a hub that comes back after an hour is dialled by 100,000 sites within minutes, not at once, and no site
 * stays away so long that its mode would suffer for it. Half of each pause is random. */
export const DIAL_BACKOFF: Backoff = { firstMs: 5_000, factor: 2, maxMs: 300_000 };
/** A hub that refuses this site for good is asked as rarely as one that is away for long. */
export const REFUSED_FAILURES = 20;
/** How often the mode is looked at while nothing happens. */
export const TICK_MS = 15_000;
/** A contact whose time is off by more than this was heard before the clock was set, and is told again in the new time. */
export const CLOCK_SET_MS = 30_000;
/** Answers that are no desired state. */
export const ANSWER_BYTES_MAX = 64 * 1024;
/** Deliveries of the journal after one heartbeat: a backlog takes turns with heartbeats. */
export const DELIVERIES_A_TURN = 64;
/** Conditions that a heartbeat names. */
export const TROUBLES_MAX = 8;
/** Randomness of the site's id at its hub: 100,000 sites never share one. */
export const SITE_ID_RANDOM_BYTES = 9;
