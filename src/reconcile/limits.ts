// Named limits of the controller runtime, each with its reason.
import type { Backoff } from '#base';

/** Retry of a key whose reconcile threw: quick at first, for what heals at once; slow in the end, for what does not. */
export const retryBackoff: Backoff = { firstMs: 5, maxMs: 1_000_000, factor: 2 };
/** Longest pause before a retry that only a full disk made fail: with room again everything goes on at once. */
export const fullDiskRetryMs = 2_000;
/** Conflicts in a row that are retried at once; more of them mean two writers that fight, and they back off. */
export const conflictRetriesMax = 8;
export const concurrencyDefault = 4;
export const resyncDefaultMs = 600_000;

/** Events of one object from one component before the rate limit bites, and how fast the allowance comes back. */
export const eventBurst = 25;
export const eventRefillMs = 300_000;
/** Different messages of one kind within the window before they are folded into one event. */
export const eventSimilarMax = 10;
export const eventSimilarWindowMs = 600_000;
/** Event streams remembered for counting; the oldest is forgotten first. */
export const eventStreamsMax = 4096;
/** Events waiting to be written; more are dropped, so that a slow server cannot fill the memory. */
export const eventsPendingMax = 1000;
/** Longest event message. Source: Kubernetes API, events.k8s.io/v1 Event.note. */
export const eventMessageMax = 1024;
