// Wires the link: what of the site it is given, and where it keeps its notices.
import { messageOf, seededRandom } from '#base';
import type { HttpClient } from '#client';
import { callSupervisor } from '#host';
import {
  type ClockStatus,
  rootId,
  type Site,
  type SiteFolders,
  SOFTWARE_VERSION,
  type SupervisorRequest,
  settingNow,
} from '#model/site';
import type { Clock } from '#platform/clock';
import { randomSeed } from '#platform/digest';
import { writeFileAtomic } from '#platform/disk';
import type { Log } from '#platform/log';
import type { PkiFollower } from '#services/infrastructure';
import {
  type ConnectivityKeeper,
  clusterDoor,
  type DesiredApplier,
  type HubWish,
  type JournalSource,
  type Link,
  type LinkEvents,
  startLink,
} from '#services/link';
import type { SettingsKeeper } from './site-settings.ts';
import { siteSummary } from './site-summary.ts';

export interface LinkSurroundings {
  readonly site: Site;
  readonly folders: SiteFolders;
  readonly certificates: PkiFollower;
  readonly client: HttpClient;
  readonly connectivity: ConnectivityKeeper;
  readonly settings: Pick<SettingsKeeper, 'current'>;
  readonly desired: DesiredApplier;
  readonly delivery: JournalSource;
  /** Takes up what the hub asks for. */
  asked(wishes: readonly HubWish[]): Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly events: LinkEvents;
}

type ClockVerb = Extract<SupervisorRequest, { verb: 'clock' | 'clock-sample' }>;
type WithoutVersion<R> = R extends unknown ? Omit<R, 'version'> : never;

/** What holdfastd makes of the site's time; remembered, because whoever judges a certificate cannot wait. */
function siteTime(folders: SiteFolders, log: Log) {
  let known: ClockStatus | undefined;
  const ask = async (request: WithoutVersion<ClockVerb>): Promise<void> => {
    for await (const answer of callSupervisor(folders, request)) if (answer.kind === 'clock') known = answer.clock;
  };
  ask({ verb: 'clock' }).catch((error) => log.debug('holdfastd tells no time yet', { error: messageOf(error) }));
  return {
    /** Whether it rests on more than what the machine says by itself. */
    isSure: (): boolean => known?.trusted === true && known.restsOn.kind !== 'system',
    sample: (timeMs: number, roundTripMs: number): Promise<void> =>
      ask({ verb: 'clock-sample', source: 'hub', timeMs, roundTripMs }),
  };
}

export function linkOfSite(of: LinkSurroundings): Link {
  const { site, folders, certificates, client, connectivity, settings, desired, clock, log, events } = of;
  const time = siteTime(folders, log);
  return startLink({
    site: { id: rootId(site), name: site.name, version: SOFTWARE_VERSION },
    folders,
    connectivity,
    clock,
    random: seededRandom(randomSeed()),
    log: log.child('link'),
    events,
    parts: {
      summary: siteSummary({ folders, client, clock, log }),
      clockSample: time.sample,
      isClockSure: time.isSure,
      desired,
      journal: of.delivery,
      asked: of.asked,
      beatEveryMs: () => settingNow<number>(settings.current(), 'heartbeatSeconds') * 1000,
      connectCluster: clusterDoor({
        api: { host: site.network.apiAddress, port: site.ports.api },
        tls: () => ({ caPem: certificates.pki.anchor('kubernetes-servers'), ...certificates.pki.leaf('services') }),
        clock,
        log: log.child('cluster-door'),
      }),
      notice: (notice) => writeFileAtomic(folders.linkNotice, JSON.stringify(notice)),
    },
  });
}
