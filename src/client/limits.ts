// The limits of the client.
import type { Backoff } from '#base';

/** How long a cache waits before it lists or watches again after a failure. */
export const RELIST_BACKOFF: Backoff = { firstMs: 100, maxMs: 5_000, factor: 2 };
/** Objects asked for at once when a cache lists. */
export const LIST_PAGE = 1_000;
/** A watch is begun anew after about this time, so that one server never keeps all watchers for ever. */
export const WATCH_SECONDS_MIN = 300;
/** One event of a watch; an object may have 1.5 MiB and is escaped in places. */
export const EVENT_BYTES_MAX = 8 * 1024 * 1024;
/** A token file is read again after this time; tokens are replaced long before they end. */
export const TOKEN_FILE_MS = 30_000;
