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
  {
    name: 'node-loss',
    does: 'cuts a node of two off and kills every process of it, as its power going off would; brings it back',
    proves: 'the other node fences it and goes on with the API and the pods, and the site is whole again afterwards',
    putsBack: 'the node is started again with its networks, and is let in once nothing of its old life runs there',
  },
  {
    name: 'wire-cut',
    does: 'takes the storage network between the two nodes away, and gives it back',
    proves: 'one node goes on with everything, the other ends its pods, and the site is whole again afterwards',
    putsBack: 'the network is given back, and the node that ended its pods is let in again',
  },
  {
    name: 'witness-loss',
    does: 'cuts the witness off and kills every process of it; brings it back',
    proves: 'the missing vote is told, the API takes writes, no pod is touched, and the site is whole again afterwards',
    putsBack: 'the witness is started again with its network',
  },
];
