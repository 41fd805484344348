// Wires the desired state: the cluster it is applied to, where the site stands, and the declarations of planes that it follows.
import type { Client } from '#client';
import { type Site, type SiteFolders, settingNow } from '#model/site';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import { type DesiredApplier, type DesiredEvent, startDesiredState } from '#services/desired-state';
import type { ConnectivityKeeper } from '#services/link';
import type { Planes } from './plane-verbs.ts';
import type { SettingsKeeper } from './site-settings.ts';

const MINUTE_MS = 60_000;

export interface DesiredSurroundings {
  readonly site: Site;
  readonly folders: SiteFolders;
  readonly settings: SettingsKeeper;
  readonly client: Client;
  readonly connectivity: ConnectivityKeeper;
  readonly clock: Clock;
  readonly log: Log;
  readonly events: { add(event: DesiredEvent): void };
}

export function desiredOfSite(of: DesiredSurroundings): { readonly desired: DesiredApplier; readonly planes: Planes } {
  const { site, folders, settings, client, clock, log, events } = of;
  const connectivity = () => of.connectivity.current();
  const event = (told: DesiredEvent): void => events.add(told);
  const desired = startDesiredState({
    folder: folders.desired,
    client,
    clock,
    log: log.child('desired-state'),
    standing: connectivity,
    settings,
    passEveryMs: () => settingNow<number>(settings.current(), 'desiredStatePassMinutes') * MINUTE_MS,
    event,
  });
  const planes: Planes = {
    siteName: site.name,
    connectivity,
    declare: (event) => of.connectivity.declare(event),
    desired,
    event,
  };
  return { desired, planes };
}
