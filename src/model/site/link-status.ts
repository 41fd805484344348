// What `link status --json` tells: where the site stands to its hub, what the connection does, how long the identity lasts. Times are
// RFC 3339.
import type { ConnectivityMode, Plane, Standing } from './connectivity.ts';

/** What stands between a site and its hub.
 * unreachable: no way there, or no answer · proxy: the proxy refuses · not-a-hub: something else answers, such as a sign-in page ·
 * other-hub: a hub answers that is not this site's · refused: the hub knows the site no more, or speaks another protocol ·
 * expired: the identity ended, and waits for the hub's operator · damaged: what the site keeps of the link cannot be read. */
export type LinkTroubleKind = 'unreachable' | 'proxy' | 'not-a-hub' | 'other-hub' | 'refused' | 'expired' | 'damaged';

export interface LinkTrouble {
  readonly kind: LinkTroubleKind;
  readonly message: string;
  readonly cure?: string;
  readonly since: string;
}

export interface LinkConnection {
  /** off: not activated, cut, or the site does not run. */
  readonly state: 'off' | 'waiting' | 'dialling' | 'open';
  readonly since: string | null;
  readonly nextAttempt: string | null;
  /** The way for kubectl through the hub. */
  readonly tunnel: 'open' | 'closed';
  /** The hub's certificate is outside of its life by the site's clock, which is not sure: its authority alone was checked. */
  readonly byAuthorityAlone: boolean;
}

export interface LinkIdentity {
  /** The site's name for itself at the hub, whatever it is called. */
  readonly siteId: string;
  readonly endsAt: string;
  readonly renewsAt: string;
}

export interface LinkStatus {
  readonly site: string;
  readonly hub: { readonly url: string; readonly proxy: string | null; readonly authoritySha256: string } | null;
  /** Nothing is dialled until `link restore`. */
  readonly cut: boolean;
  readonly plane: Plane;
  readonly mode: ConnectivityMode;
  readonly since: string;
  readonly lastContact: string | null;
  readonly graceDaysLeft: number | null;
  /** Hub's time minus the site's, as last heard. */
  readonly clockDifferenceMs: number | null;
  readonly connection: LinkConnection;
  readonly identity: LinkIdentity | null;
  readonly trouble: LinkTrouble | null;
  /** The last changes of plane and mode, newest first. */
  readonly history: readonly {
    readonly at: string;
    readonly from: Standing;
    readonly to: Standing;
    readonly reason: string;
  }[];
}

/** What `services` keeps in `run` for whoever shows conditions; gone after a reboot. */
export interface LinkNotice {
  readonly cut: boolean;
  readonly trouble: LinkTrouble | null;
}
