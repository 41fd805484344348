// The certificate authorities of a site: one root, and one issuing authority per concern, so that a server trusts for
// clients only those of its concern. Each issuing authority has two certificates over one key: one signed by the root
// (what servers send, so that whoever trusts the root trusts them) and one signed by itself (the anchor for trust stores).
import { SOFTWARE_BORN_MS } from '#model/site';

export const AUTHORITIES = [
  'kubernetes-clients', // who may speak to the Kubernetes API
  'kubernetes-servers', // the Kubernetes API and the node agents
  'node-clients', // who may speak to node agents: the API server
  'front-doors', // registry, portal
  'etcd', // members and clients of the store
] as const;
export type Authority = (typeof AUTHORITIES)[number];

/** Everything that is replaced by rollover: the root, the issuing authorities, and the key that signs tokens of service accounts. */
export const LINES = ['root', ...AUTHORITIES, 'service-accounts'] as const;
export type Line = (typeof LINES)[number];

/** Where an authority's certificates begin. A clock that starts at 1970 must find them valid. */
export const FOREVER_AGO_MS = 0;
/** How long an authority is used; in the last third it is replaced. */
const LIFE_MS = 20 * 365.25 * 86_400_000;
/** How long its certificates say they are valid. Programs that are not ours go by a system clock that may stand decades ahead,
 * at 2099 for one, and must find them valid too. */
const VALID_MS = 5 * LIFE_MS;

/** Whether an authority is replaced by itself. It begins in 1970, so its life is counted from its end. */
export const authorityIsDue = (endMs: number, now: number): boolean => now >= authorityRenewsAtMs(endMs);
export const authorityRenewsAtMs = (endMs: number): number => endMs - VALID_MS + (LIFE_MS * 2) / 3;

/** When the certificates of an authority made now end: counted from a time that can be true, so that a site made at "1970" lives too.
 * Whole seconds. */
export function authorityEndMs(now: number): number {
  return Math.floor((Math.max(now, SOFTWARE_BORN_MS) + VALID_MS) / 1000) * 1000;
}
