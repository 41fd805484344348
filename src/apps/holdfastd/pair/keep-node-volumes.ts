// Replicated volumes as this node keeps them.
import { ownNode } from '#model/site';
import { openCgroups } from '#platform/cgroup';
import { openGluster } from '#platform/gluster';
import { brickPending, keepGlusterLogs, keepVolumes, type Volumes, volumeView } from '#services/volumes';
import { endCutOff } from './end-cut-off.ts';
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
    told: (change) => {
      events.add({ ...change, subject: 'replicated volumes' });
      if (change.reason !== 'VolumesMounted') return;
      endCutOff({ site, log, cgroups: openCgroups() }).catch((error: unknown) =>
        log.warn('containers that are cut off from their volume cannot be ended', { error }),
      );
    },
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
