// What stands against the link, as conditions of the site: only what somebody should do something about, since a link that is merely
// away shows in the mode.
import type { LinkNotice, LinkTroubleKind, SiteCondition, SiteFolders } from '#model/site';
import { rfc3339 } from '#platform/clock';
import { readJsonIfPresent } from '#platform/disk';

const REASONS: Readonly<Partial<Record<LinkTroubleKind, string>>> = {
  proxy: 'ProxyRefuses',
  'not-a-hub': 'NotAHub',
  'other-hub': 'OtherHub',
  refused: 'HubRefuses',
  expired: 'IdentityEnded',
  damaged: 'LinkDamaged',
};

/** Nothing when nothing is known: the notice is of no use after a reboot, and is written anew. */
export function linkConditions(folders: SiteFolders, now: number): SiteCondition[] {
  const notice = noticeIn(folders);
  const condition = (reason: string, message: string, since: string): SiteCondition[] => [
    { type: 'LinkUsable', status: 'False', reason, message, since },
  ];
  if (notice?.cut)
    return condition('Cut', 'the link is cut here, to practise; holdfast link restore gives it back', rfc3339(now));
  const { trouble } = notice ?? {};
  const reason = trouble ? REASONS[trouble.kind] : undefined;
  if (!trouble || reason === undefined) return [];
  return condition(reason, [trouble.message, trouble.cure].filter(Boolean).join('; '), trouble.since);
}

function noticeIn(folders: SiteFolders): LinkNotice | undefined {
  try {
    return readJsonIfPresent<LinkNotice>(folders.linkNotice);
  } catch {
    return undefined;
  }
}
