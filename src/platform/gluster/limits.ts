// Named limits and fixed numbers of the door to GlusterFS, each with its reason.

/** Where glusterd listens; compiled into its clients. */
export const GLUSTERD_PORT = 24007;
/** Ports of bricks: below those that the kernel lends to outgoing connections, so that none is taken when a brick starts. */
export const BRICK_PORTS = { first: 24010, last: 24099 } as const;
/** A command of gluster that takes longer waits for a member that does not answer (its own limit is two minutes); the members give
 * a member up after seconds. */
export const COMMAND_MS_MAX = 20_000;
/** A client that is asked what it sees answers in a millisecond; while it is about to give a member up, after seconds. */
export const CLIENT_VIEW_MS_MAX = 6_000;
