// Named limits of the scheduler, each with its reason.
import type { Backoff } from '#base';

export const schedulerName = 'default-scheduler';
/** Before a pod that could not be placed is tried again, even when something changed. */
export const attemptBackoff: Backoff = { firstMs: 1000, maxMs: 10_000, factor: 2 };
/** A pod that nothing seems to help is tried again all the same, in case a change was misjudged. */
export const unschedulableFlushMs = 300_000;
export const flushPeriodMs = 30_000;
/** Decisions in one turn of the event loop, so that the API server beside us breathes. */
export const decisionsPerTurn = 32;
/** Bindings under way; more would only wait in the store's queue. */
export const bindingsMax = 512;
/** How long volumes may take to be bound before the pod is placed anew. */
export const volumeBindTimeoutMs = 600_000;
