// The drill `link-loss`: the link is cut, the site's own work is looked at meanwhile, and the hub gets what it missed afterwards.
import { connectivitySettings } from '#engine/connectivity';
import type { Finding } from '#engine/drill';
import type { LinkStatus } from '#model/site';
import { rfc3339 } from '#platform/clock';
import { askLink } from '../site-link.ts';
import { siteSettings } from '../site-settings.ts';
import type { Drilling } from './drilling.ts';
import { hubHas, type JournalReach, journalReach } from './journal-reach.ts';
import { DELIVERED_MS_MAX } from './limits.ts';
import { kubernetesWorks, registryAnswers } from './local-work.ts';

const statusOf = ({ folders }: Drilling): Promise<LinkStatus> => askLink(folders, { verb: 'link-status' });

function noContact({ folders }: Drilling, now: LinkStatus, since: string | null): Finding {
  const { connection, cut, mode, lastContact } = now;
  const later = (ms: number): string => rfc3339(Date.parse(lastContact ?? '') + ms);
  if (!cut || connection.state !== 'off') return { holds: false, what: `the link is ${connection.state}` };
  if (lastContact === null || lastContact !== since)
    return { holds: false, what: 'a contact was told while it was cut' };
  const { semiConnectedAfterMs, disconnectedAfterMs } = connectivitySettings(siteSettings(folders).settings);
  return {
    holds: true,
    what: `no contact since ${lastContact}: ${mode} for now; it would be SemiConnected at ${later(semiConnectedAfterMs)}, Disconnected at ${later(disconnectedAfterMs)}`,
  };
}

async function localWork(drilling: Drilling): Promise<void> {
  const { book } = drilling;
  await book.step(() => kubernetesWorks(drilling));
  await book.step(() => registryAnswers(drilling));
}

function journaled({ folders }: Drilling, before: JournalReach): Finding {
  const now = journalReach(folders);
  return now.stream === before.stream && now.written > before.written
    ? { holds: true, what: `the journal goes on: record ${now.written} is kept for the hub` }
    : { holds: false, what: 'nothing was journaled' };
}

/** It was seen to be off while it was cut, so one that is open was made since. */
function reconnected({ connection, mode, lastContact }: LinkStatus): Finding {
  const holds = connection.state === 'open' && mode === 'Connected' && lastContact !== null;
  return { holds, what: holds ? `the hub answered at ${lastContact}` : `the link is ${connection.state}, ${mode}` };
}

function delivered({ folders }: Drilling, missed: JournalReach): Finding {
  const has = hubHas(folders, missed.stream);
  return {
    holds: has >= missed.written,
    what: `the hub has the journal up to record ${has}, of ${missed.written} when it was cut`,
  };
}

export async function linkLoss(drilling: Drilling): Promise<void> {
  const { folders, clock, book } = drilling;
  const before = await statusOf(drilling);
  if (before.hub === null) {
    await book.step(async () => ({ holds: true, what: 'the site was never activated: there is no link to cut' }));
    await localWork(drilling);
    return;
  }
  await book.seen(async () => reconnected(await statusOf(drilling)));
  const reach = journalReach(folders);
  const cut = await askLink(folders, { verb: 'link-cut' });
  await book.step(async () => ({ holds: cut.cut, what: `the link to ${before.hub?.url} is cut` }));
  await localWork(drilling);
  await book.seen(async () => journaled(drilling, reach));
  const missed = journalReach(folders);
  await book.step(async () => noContact(drilling, await statusOf(drilling), cut.lastContact));
  const restoredMs = clock.monotonicMs();
  await book.step(async () => {
    const { cut: stillCut } = await askLink(folders, { verb: 'link-restore' });
    return { holds: !stillCut, what: 'the link is given back' };
  });
  await book.seen(async () => reconnected(await statusOf(drilling)));
  book.figure('reconnect', clock.monotonicMs() - restoredMs);
  await book.seen(async () => delivered(drilling, missed), { figure: 'delivered', withinMs: DELIVERED_MS_MAX });
}
