// What a site is to its hub: a pure function of what the hub keeps and of the time. An ended identity wins over everything; a
// contact counts for 15 minutes; a site that was never heard of is on its way.
//
//   Connecting --heartbeat--> Connected --15 min without one--> Offline --heartbeat--> Connected
//   any --end of its identity--> Expired --a new identity--> as before
//
// Azure's fifth status, AgentNotInstalled, does not exist here: a site that was not activated is not known to any hub.

export type HubSiteStatus = 'Connecting' | 'Connected' | 'Offline' | 'Expired';

/** A heartbeat counts this long; the same figure after which a site calls itself semi-connected. */
export const CONTACT_COUNTS_MS = 15 * 60_000;

export interface HubSiteTimes {
  /** Of the last heartbeat; 0: none ever. */
  readonly contactMs: number;
  readonly identityEndMs: number;
}

/** A contact that lies ahead (the hub's clock was set back) counts as one of now. */
export function hubSiteStatus({ contactMs, identityEndMs }: HubSiteTimes, nowMs: number): HubSiteStatus {
  if (nowMs >= identityEndMs) return 'Expired';
  if (contactMs === 0) return 'Connecting';
  return nowMs - contactMs < CONTACT_COUNTS_MS ? 'Connected' : 'Offline';
}
