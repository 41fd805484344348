// Replicated volumes as this node keeps them.
import { ownNode } from '#model/site';
import { openGluster } from '#platform/gluster';
import { brickPending, keepGlusterLogs, keepVolumes, type Volumes, volumeView } from '#services/volumes';
import type { StartingPair } from './start-pair.ts';

/** `controls`: one node at a time changes the volume. */
export function keepNodeVolumes(of: StartingPair, controls: () => boolean): Volumes {
  const { site, folders, pair, events, clock, log } = of;
  const logs = keepGlusterLogs({ folder: folders.gluster.logs, clock });
  const volumes = keepVolumes({
    ...{ pair, clock, log, controls, self: ownNode(site), farWitness: false },
    gluster: openGluster({ places: folders.gluster }),
    view: (bricks) => volumeView(folders, bricks),
    pending: () => brickPending(folders),
    told: (change) => events.add({ ...change, subject: 'replicated volumes' }),
  });
  return {
    state: () => volumes.state(),
    get started() {
      return volumes.started;
    },
    stop: () => {
      logs.stop();
      volumes.stop();
    },
  };
}
