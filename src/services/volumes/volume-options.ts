// How the site's replicated volume is set. Everything here was measured on the loss of a member (docs/volumes.md).
import type { Pair } from '#model/site';
import { memberAddresses } from './refuse-strangers.ts';

/** The volume that all claims of the site stand on, a folder each. */
export const VOLUME_NAME = 'replicated';

/** Seconds without an acknowledgement after which a client gives a member up. This, and not the ping below, decides how long a pod
 * waits when a member's machine or cable is lost. */
const LOST_S = 3;
/** Seconds without a sign of life after which a brick gives a client up and lets go of its locks. Longer than the node lease: the
 * locks of a node that is cut off must not be given to others while its processes may still run. */
const CLIENT_LOST_S = 7;
/** Seconds that a brick which is connected but silent is waited for, up to twice. Short ones would give up a member whose
 * processors are busy. */
const HUNG_S = 4;

/** Source: GlusterFS 10, `gluster volume set help`. */
export const volumeOptions = (pair: Pair): Readonly<Record<string, string>> => ({
  // Writes need more than half of the bricks. With two, that is both, or the first of them: the other takes none alone.
  'cluster.quorum-type': 'auto',
  'network.ping-timeout': `${HUNG_S}`,
  'client.tcp-user-timeout': `${LOST_S}`,
  'client.keepalive-time': '2',
  'client.keepalive-interval': '1',
  'client.keepalive-count': `${LOST_S - 2}`,
  'server.tcp-user-timeout': `${CLIENT_LOST_S}`,
  'server.keepalive-time': '4',
  'server.keepalive-interval': '1',
  'server.keepalive-count': `${CLIENT_LOST_S - 4}`,
  // What was closed is on the bricks: a pod on the other node finds it.
  'performance.flush-behind': 'off',
  // A brick that was away is looked through this often, beside being healed when it comes back.
  'cluster.heal-timeout': '10',
  // Members alone, at whichever address they are seen.
  'auth.allow': memberAddresses(pair).join(),
  'diagnostics.brick-log-level': 'WARNING',
  'diagnostics.client-log-level': 'WARNING',
});
