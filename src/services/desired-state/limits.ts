// Named limits of the desired state at a site, each with its reason.
import type { Backoff } from '#base';

/** A pass over all objects, so that what differs is found however it came about; one read an object. */
export const PASS_EVERY_MS = 5 * 60_000;
/** Objects that failed are tried again after 5 s, then ever more rarely, up to the time of a full pass. */
export const FAILED_BACKOFF: Backoff = { firstMs: 5_000, factor: 2, maxMs: PASS_EVERY_MS };
/** Objects that are looked at at the same time. */
export const OBSERVED_AT_ONCE = 8;
/** Objects of one desired state; as many as a hub delivers. */
export const MANIFESTS_MAX = 5_000;
/** Objects that a report names, and characters that it says of each: the hub takes no more. */
export const REPORTED_OBJECTS_MAX = 500;
export const REPORTED_MESSAGE_MAX = 512;
/** Paths of fields that are named of one object: enough to see what it is about. */
export const PATHS_SHOWN_MAX = 12;
/** Objects that keep a namespace from being pruned, as far as they are named. */
export const CONTENT_SHOWN_MAX = 3;
