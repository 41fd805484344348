// Where things stand on the networks of a pair that are its own.

/** Ports of a voter, the same on each: nothing else stands on its addresses. */
export const VOTER_PORTS = { etcd: 2379, etcdPeers: 2380, door: 9644 } as const;

/** The link between a node and the master machine that may come to stand on it: there on both nodes, so that the one that stands by
 * reaches etcd. The same addresses on both: nobody else sees them. */
export const CONTROL_LINK = { subnet: '169.254.50.0/30', node: '169.254.50.1', master: '169.254.50.2' } as const;
