// Named limits of the timekeeping service, each with its reason.

/** How often the system clock is compared with boot time: two reads of the kernel's clocks, some microseconds each. */
export const WATCH_MS = 1_000;
/** The file that processes read is written again when it would be this far off: boot time is read in steps of 10 ms. */
export const TOLD_OFF_MS = 100;
/** How often time servers are asked once they agreed: the longest usual interval of NTP. */
export const NTP_EVERY_MS = 1_024_000;
/** And while they do not: a minute, twice as long each time. */
export const NTP_RETRY = { firstMs: 64_000, maxMs: NTP_EVERY_MS, factor: 2 };
/** A server that said it does not want to be asked is left alone for a day. */
export const NTP_KISS_REST_MS = 86_400_000;
/** Servers that are asked; more say nothing new, and cost the link. */
export const NTP_SERVERS_MAX = 16;
/** A start waits no longer than this for time servers, whose names may have to be looked up over a link that is away. */
export const SETTLE_MS_MAX = 5_000;
