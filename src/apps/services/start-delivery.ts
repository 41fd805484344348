// Wires what the link carries from the site's journals to the hub, and the log of itself that a hub may ask for.
import { loggedProcesses } from '#host';
import type { SiteFolders } from '#model/site';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import { type Delivery, type Journal, openDelivery, openSupportLog, type SupportLog } from '#services/journal';
import { statusOf } from './site-summary.ts';

export interface Carried {
  readonly delivery: Delivery;
  readonly asked: SupportLog['asked'];
}

export function journalOfSite(of: { folders: SiteFolders; journal: Journal; clock: Clock; log: Log }): Carried {
  const { folders, journal, clock, log } = of;
  const delivery = openDelivery({
    folder: folders.journals,
    positionsFile: folders.journalPositions,
    clock,
    log: log.child('delivery'),
  });
  const { asked } = openSupportLog({
    journal,
    eventsFile: folders.eventsFile,
    answeredFile: `${folders.link}/answered.json`,
    clock,
    log,
    logs: () => loggedProcesses(folders).map((name) => ({ name, file: folders.log(name) })),
    status: () => statusOf(folders),
  });
  return { delivery, asked };
}
