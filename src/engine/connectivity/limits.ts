// Named settings and limits of connectivity, each with its reason.

export const DAY_MS = 86_400_000;

export interface ConnectivitySettings {
  /** Without an acknowledgement for this long, a link counts as weak. */
  readonly semiConnectedAfterMs: number;
  /** Without one for this long, it counts as gone. */
  readonly disconnectedAfterMs: number;
}

/** 15 minutes and 30 days, as the documents of Azure Arc-enabled Kubernetes (heartbeat) and AKS on Azure Local (semi-connected) say. */
export const CONNECTIVITY_DEFAULTS: ConnectivitySettings = {
  semiConnectedAfterMs: 15 * 60_000,
  disconnectedAfterMs: 30 * DAY_MS,
};

/** Changes that are kept: months of a link that is lost and found every day; the event log and the journal have all. */
export const HISTORY_ENTRIES_MAX = 64;
/** Contacts that are kept while the clock jumps about; more than two need a clock that went back twice without any contact. */
export const CONTACTS_MAX = 16;
/** A reason that a person gives: a sentence or two, so that 64 of them stay a small file. */
export const REASON_LENGTH_MAX = 256;
