// The site's time as people and programs are told it, and who may vouch for a time.

/** Who corroborates a time. A bundle says only that it is at least as late as its signature. */
export type TimeSource = 'operator' | 'ntp' | 'hub' | 'peer' | 'bundle';

/** Why the time is tentative:
 * system-jump: the system clock was moved while the site ran · boot-behind, boot-ahead: it started before what has surely
 * passed, or later than a power-off explains · boot-ambiguous: two readings of it are possible · source: who should know says
 * something else than what was corroborated before. */
export type ClockDoubtKind = 'system-jump' | 'boot-behind' | 'boot-ahead' | 'boot-ambiguous' | 'source';

/** `clock --json`; times are RFC 3339. */
export interface ClockStatus {
  readonly time: string;
  readonly trusted: boolean;
  readonly restsOn: { readonly kind: 'system' | 'ratchet' | TimeSource; readonly text: string };
  readonly systemTime: string;
  /** Site time minus system clock. */
  readonly offsetMs: number;
  /** The latest time that has surely passed. */
  readonly ratchet: string;
  readonly corroborated: { readonly source: TimeSource; readonly at: string } | null;
  readonly tentative: {
    readonly kind: ClockDoubtKind;
    readonly reason: string;
    readonly message: string;
    readonly since: string;
    /** What `clock confirm` would make the time. */
    readonly proposal: string;
    readonly proposalByMs: number;
  } | null;
}
