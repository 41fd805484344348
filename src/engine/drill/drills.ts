// The drills that there are, as people are told before they choose one.
import type { DrillName } from '#model/site';

export interface Drill {
  readonly name: DrillName;
  /** What it does to the site. */
  readonly does: string;
  /** What it makes sure of. */
  readonly proves: string;
  /** How everything comes to stand as before. */
  readonly putsBack: string;
}

export const DRILLS: readonly Drill[] = [
  {
    name: 'link-loss',
    does: 'cuts the link to the hub, and gives it back',
    proves: 'the cluster, the registry and the journal go on without it, and the hub gets what it missed',
    putsBack: 'the link is restored; a hub may see the site as away for some seconds',
  },
  {
    name: 'certificate-expiry',
    does: 'issues every certificate anew while the API is asked without a pause',
    proves: 'each is renewed before it ends, and no request fails meanwhile',
    putsBack: 'nothing to put back',
  },
  {
    name: 'clock-jump',
    does: 'lets the site see a system clock that is years off',
    proves: "the jump is told, the site's time goes on, the API answers, nodes stay Ready, no certificate is issued",
    putsBack: "the machine's clock is never set; the site sees it as it is again",
  },
];
