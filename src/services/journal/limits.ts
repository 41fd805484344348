// Named limits of the journal, each with its reason.

/** What the journal of one process may take: half a year of telemetry, and years of everything else, on a quiet site. */
export const JOURNAL_BYTES_MAX = 32 * 1024 * 1024;
/** Where a journal is brought back to when it passes its bound, as a share of it, so that room is not made for every record. */
export const JOURNAL_ROOM_SHARE = 7 / 8;
/** What stays here after it was delivered, as a share of the bound: a hub that comes back from a backup can have it again. */
export const DELIVERED_KEPT_SHARE = 1 / 4;
/** One file of the journal: read whole, rewritten whole, and about as large as one delivery. */
export const SEGMENT_BYTES_MAX = 256 * 1024;
/** Files this small are put together with their neighbour, so that years of records do not become thousands of files. */
export const SEGMENT_BYTES_SMALL = 64 * 1024;
/** What a record that tells of others takes; dropping less than this makes no room. */
export const DROPPED_RECORD_BYTES = 256;
/** A record that nobody waits for is on the disk after this at the latest. */
export const SYNC_AFTER_MS = 1_000;
/** Records that come together are written together. */
export const WRITE_AFTER_MS = 50;
/** How often a journal looks whether the hub has told something about its stream, and whether there is room to make. */
export const LOOK_EVERY_MS = 60_000;
/** How often the positions are written: the hub tells them again at every heartbeat, so losing a minute costs nothing. */
export const POSITIONS_WRITE_MS = 60_000;
/** Records that wait for a disk that does not answer; what comes beyond is counted. */
export const WAITING_RECORDS_MAX = 10_000;
/** A text in a record that is too large is cut to this. */
export const CUT_TEXT_CHARACTERS = 1_024;
/** Below this much free disk audit records are bounded like others: the disk is needed for the site to go on at all. */
export const AUDIT_DISK_FREE_BYTES_MIN = 256 * 1024 * 1024;
/** Damaged files that are kept beside what was made of them, for whoever wants to look. */
export const DAMAGED_FILES_KEPT = 4;
/** How often a delivery is put together anew when the writer changes its files meanwhile. */
export const READ_ATTEMPTS_MAX = 5;
/** How often the site is measured: 288 records a day. */
export const MEASURE_EVERY_MS = 5 * 60_000;
/** What a bundle of logs takes of each log, from its end. */
export const BUNDLE_LOG_BYTES = 32 * 1024;
/** What a bundle takes of the events, from their end. */
export const BUNDLE_EVENTS_BYTES = 64 * 1024;
/** Processes whose logs go into one bundle. */
export const BUNDLE_LOGS_MAX = 16;
/** A packed bundle; logs are left out, and named, until it fits. */
export const BUNDLE_BYTES_MAX = 256 * 1024;
/** Characters of a bundle in one record, which leaves room for the rest of the record. */
export const BUNDLE_PART_CHARACTERS = 12_000;
/** Requests whose answers are remembered, so that one which the hub repeats is answered once. */
export const BUNDLE_REQUESTS_KEPT = 64;
