// Named limits of validation. Source: Kubernetes API, where not said otherwise.

/** Keys and values of all annotations of an object together. */
export const ANNOTATION_BYTES_MAX = 256 * 1024;
/** Data of a ConfigMap or Secret: an object must fit into one write of the store. */
export const DATA_BYTES_MAX = 1024 * 1024;
/** A cron job's jobs append 11 characters to its name, and a job's name must fit into a label. */
export const CRON_JOB_NAME_MAX = 52;
export const PORT_MAX = 65_535;
export const TOKEN_SECONDS_MIN = 600;
/** 1 << 32 */
export const TOKEN_SECONDS_MAX = 4_294_967_296;
export const DNS_NAMESERVERS_MAX = 3;
export const DNS_SEARCHES_MAX = 32;
export const DNS_SEARCH_CHARACTERS_MAX = 2048;
export const ENDPOINTS_MAX = 1000;
export const ENDPOINT_ADDRESSES_MAX = 100;
export const ENDPOINT_PORTS_MAX = 20_000;
/** Priorities above it belong to the system. */
export const USER_PRIORITY_MAX = 1_000_000_000;
export const SERVICE_AFFINITY_SECONDS_MAX = 86_400;
/** A list of finished indexes must stay small. */
export const INDEXED_PARALLELISM_MAX = 100_000;
