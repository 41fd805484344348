// Named limits of the hub, each with its reason.

/** Tokens live at most this long; a day unless said otherwise. */
export const TOKEN_HOURS_MAX = 24 * 90;
/** Requests that ask for an identity: a certificate request and a few names. */
export const IDENTITY_BODY_BYTES_MAX = 32 * 1024;
/** What the wrapping of a delivery's records may take. */
export const JOURNAL_ENVELOPE_BYTES = 4 * 1024;
/** 500 objects with 512 characters each, and their names. */
export const REPORT_BYTES_MAX = 1024 * 1024;
export const REPORTED_OBJECTS_MAX = 500;
export const REPORTED_MESSAGE_MAX = 512;
/** A site at a beat a minute is silent this long only when its connection is dead. */
export const LINK_IDLE_MS_MAX = 5 * 60_000;
/** Sockets that take connections: when 100,000 sites come back within five minutes, some 450 dial in a second, and the busy event
 * loop makes 30 turns in it. */
export const ACCEPTORS = 16;
/** How often what heartbeats changed is written, of all sites in one go: a third of what a contact counts, so that a hub which was
 * killed takes no connected site for an offline one. Sites stand twelve to a page of the file, and a page is written whole. */
export const CONTACT_WRITTEN_EVERY_MS = 5 * 60_000;
/** A site whose contact on disk is older than this is written soon: it is new, or was away, or a write failed. In between beats and
 * rounds no other site's gets this old, and none that is connected is taken for offline by it. */
export const CONTACT_MISSING_MS = 2 * CONTACT_WRITTEN_EVERY_MS;
export const CONTACT_MISSING_WRITTEN_MS = 1_000;
/** Sites in one such commit: bounds how long the thread of the database is busy. */
export const CONTACT_COMMIT_SITES_MAX = 2_000;
/** Streams whose positions a heartbeat is answered with, and that are kept in memory: a site has one for each process. */
export const STREAMS_TOLD_MAX = 8;
/** Records of one site: the oldest telemetry goes first, then events, then usage, then audit. */
export const JOURNAL_BYTES_PER_SITE_MAX = 64 * 1024 * 1024;
/** Down to this share of the bound, so that not every delivery trims. */
export const JOURNAL_TRIM_TO = 0.9;
/** Records looked at in one step of trimming. */
export const JOURNAL_TRIM_ROWS = 2_000;
/** What a row takes beside its body. */
export const JOURNAL_ROW_BYTES = 64;
/** Records that one question is answered with. */
export const JOURNAL_ANSWER_ROWS_MAX = 1_000;
/** How often a delivery is tried again when another one of the same stream was faster. */
export const JOURNAL_ATTEMPTS_MAX = 4;
/** How often folders and repositories with desired state are read again. */
export const FOLDER_READ_EVERY_MS = 30_000;
export const GIT_READ_EVERY_MS = 60_000;
/** How deep folders with manifests may be nested. */
export const FOLDER_DEPTH_MAX = 16;
/** Documents in all files of one desired state. */
export const MANIFESTS_MAX = 5_000;
/** Revisions of one site that are kept, the newest included. */
export const REVISIONS_KEPT = 10;
/** An approval must be used in this time. */
export const APPROVAL_MS_MAX = 7 * 86_400_000;
/** What is asked of one site and not yet answered; older ones are forgotten after a week. */
export const LOG_REQUESTS_MAX = 4;
export const LOG_REQUEST_MS_MAX = 7 * 86_400_000;
/** A kubeconfig through the hub lives at most this long. */
export const USER_DAYS_MAX = 366;
/** Sites in one line of an answer to the command line. */
export const SITES_ANSWER_ROWS = 1_000;
/** Sites in one transaction when a source changes for all of them. */
export const DESIRED_WRITE_SITES = 1_000;
/** A site that says it has applied more than this is not believed: revisions must stay whole numbers. */
export const REVISION_MAX = 2 ** 40;
/** Texts of all files of one source: YAML takes more room than the JSON that becomes of it. */
export const SOURCE_BYTES_MAX = 16 * 1024 * 1024;
