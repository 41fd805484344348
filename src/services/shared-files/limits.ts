// Named limits of shared files, each with its reason.
import type { Backoff } from '#base';

/** How often the controlling node looks for changed files, where the system does not tell it: sixty files, a look at each. */
export const SCAN_EVERY_MS = 2_000;
/** Several files change together; a look shortly after the first of them sees them all. */
export const SETTLE_MS = 20;
/** An answer of etcd that takes longer is not waited for: an election takes a second, and a part of a large file its time. */
export const ANSWER_MS_MAX = 5_000;
/** How soon is tried again what etcd or the disk refused. */
export const RETRY_BACKOFF: Backoff = { firstMs: 100, factor: 2, maxMs: 5_000 };
/** Files in one transaction, each an operation, a large one three: etcd takes 128. All of a site's authorities and leaves fit one. */
export const BATCH_FILES_MAX = 120;
/** Bytes in one transaction; etcd takes 1.5 MiB. */
export const BATCH_BYTES_MAX = 900_000;
/** Larger files go in parts of this size. */
export const PART_BYTES = 512 * 1024;
/** A file that is larger is not shared, and told: what a hub wants of a site takes 8 MiB, what was brought a little more. */
export const FILE_BYTES_MAX = 32 * 1024 * 1024;
/** How long what was changed last may be under way until the other node counts as behind: an election, and a scan on either side. */
export const KEEPS_UP_MS = 10_000;
