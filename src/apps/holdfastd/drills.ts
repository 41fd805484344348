// The drills of this site: how what they change is put back, and how it is told.
import path from 'node:path';
import { WorldError } from '#base';
import { askLink, mendLab, type Program } from '#host';
import { DRILL_NAMESPACE, isPairDrill, type Site, type SiteFolders } from '#model/site';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import { isAlive } from '#platform/process';
import { type DrillKeeper, keepDrills } from '#services/drills';
import type { AskCluster } from '#services/infrastructure';
import type { EventLog } from '#services/supervisor';
import type { Timekeeper } from '#services/timekeeping';

const NOT_FOUND = 404;

/** A site that has no hub has no link to restore. */
async function linkRestored(folders: SiteFolders): Promise<void> {
  const { hub, cut } = await askLink(folders, { verb: 'link-status' });
  if (hub !== null && cut) await askLink(folders, { verb: 'link-restore' });
}

/** Done when the drill's namespace is gone. */
async function namespaceGone(ask: AskCluster): Promise<void> {
  const { status } = await ask('DELETE', `/api/v1/namespaces/${DRILL_NAMESPACE}`);
  if (status !== NOT_FOUND) throw new WorldError('Unavailable', `the namespace ${DRILL_NAMESPACE} is being taken away`);
}

export function siteDrills(of: {
  site: Site;
  folders: SiteFolders;
  timekeeper: Timekeeper;
  /** Asks the cluster's API. */
  ask: AskCluster;
  clock: Clock;
  events: EventLog;
  log: Log;
  /** Starts a node that a drill has killed. */
  program: Program;
}): DrillKeeper {
  const { site, folders, timekeeper, clock, events, log, program, ask } = of;
  return keepDrills({
    file: folders.drillFile,
    clock,
    log,
    isAlive,
    putBack: async (drill) => {
      if (drill === 'clock-jump') timekeeper.shiftSystem(0);
      if (drill === 'link-loss') await linkRestored(folders);
      if (isPairDrill(drill) && site.pair) await mendLab({ data: path.dirname(folders.data), program, clock });
      if (drill === 'link-loss' || (isPairDrill(drill) && site.pair)) await namespaceGone(ask);
    },
    told: (event) => events.add({ ...event, subject: site.name }),
  });
}
