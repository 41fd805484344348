// Where a hub answers what. Every path takes and gives JSON but the tunnel; who asks is told by the client certificate,
// which only enrolment and the return after expiry do without.

/** Raised when a message changes its meaning; a hub refuses others by name. */
export const LINK_PROTOCOL_VERSION = 1;

export const LINK_PATHS = {
  enrol: '/v1/enrol',
  heartbeat: '/v1/heartbeat',
  /** GET, with `?after=REVISION`. */
  desired: '/v1/desired',
  /** POST: what became of the desired state here. */
  report: '/v1/desired/report',
  journal: '/v1/journal',
  renew: '/v1/identity/renew',
  /** POST: asks for an identity again after the old one ended; waits for an approval at the hub. */
  reenrol: '/v1/identity/reenrol',
  /** Extended CONNECT (RFC 8441) with {@link TUNNEL_PROTOCOL}. */
  tunnel: '/v1/tunnel',
} as const;

/** `:protocol` of the tunnel: on its stream the hub is an HTTP/2 client and the site a server, whose CONNECT streams each
 * carry one HTTP/1.1 connection to the site's Kubernetes API. */
export const TUNNEL_PROTOCOL = 'holdfast-tunnel';
