// The journal of one process of the site, and what goes into it from everywhere: events as they are added, audit as it is asked for.
import { siteSettings } from '#host';
import { type SiteFolders, settingNow } from '#model/site';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import { type Journal, openJournal } from '#services/journal';
import { type EventLog, openEventLog } from '#services/supervisor';

export interface SiteJournal {
  readonly journal: Journal;
  /** Adds to the site's events and to the journal. */
  readonly events: EventLog;
  /** Resolves when the record is on the disk, or is known not to be: the act goes on in either case, and the loss is told. */
  audit(body: Readonly<Record<string, unknown>>, options?: { durable: boolean }): Promise<boolean>;
}

export function openSiteJournal(of: { folders: SiteFolders; process: string; clock: Clock; log: Log }): SiteJournal {
  const { folders, process, clock, log } = of;
  const file = openEventLog({ file: folders.eventsFile, clock, log });
  const journal = openJournal({
    ...of,
    folder: folders.journal(process),
    positionsFile: folders.journalPositions,
    bytesMax: () => settingNow<number>(siteSettings(folders).settings, 'journalBytesMax'),
    random: () => crypto.randomUUID().slice(0, 8),
    told: (notice) =>
      events.add({
        type: notice.reason === 'JournalTaken' ? 'Normal' : 'Warning',
        subject: `journal of ${process}`,
        ...notice,
      }),
  });
  const events: EventLog = {
    add(event) {
      file.add(event);
      void journal.append('event', { ...event });
    },
  };
  return {
    journal,
    events,
    audit: (body, options = { durable: true }) => journal.append('audit', body, options),
  };
}
