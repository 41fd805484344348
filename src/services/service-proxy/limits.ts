// Named limits of the service proxy.

/** Changes that come within this time of each other are applied as one script. */
export const GATHER_MS = 20;
/** The wait after nft refused, before everything is written anew. */
export const RETRY_MS = 1000;
