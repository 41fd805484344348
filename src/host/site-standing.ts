// Where a site stands to its hub, read from the file that `services` keeps. No file means a site that was never activated. A file
// that cannot be believed is told, and stands for the strictest pair: what a hub could own is refused, everything else goes on.
import { messageOf } from '#base';
import { connectivityFacts, connectivityParse, connectivitySettings } from '#engine/connectivity';
import type { SiteCondition, SiteFolders, SiteStatus, Standing } from '#model/site';
import { rfc3339 } from '#platform/clock';
import { isPresent, readTextIfPresent } from '#platform/disk';
import { siteSettings } from './site-settings.ts';

export interface SiteStanding {
  /** Whether there is a site in the folder at all. */
  readonly isThere: boolean;
  readonly standing: Standing;
  /** What `status` shows; undefined for a site that was never activated, and for a damaged file. */
  readonly connectivity?: SiteStatus['connectivity'];
  /** Why the file cannot be believed. */
  readonly damage?: string;
}

const NEVER_ACTIVATED: Standing = { plane: 'local', mode: 'NotActivated' };
const STRICTEST: Standing = { plane: 'hub', mode: 'Disconnected' };

/** As of `now`, whether or not anything of the site runs. Never throws. */
export function siteStanding(folders: SiteFolders, now: number): SiteStanding {
  const isThere = isPresent(folders.siteFile);
  try {
    const text = readTextIfPresent(folders.connectivityFile);
    if (text === undefined) return { isThere, standing: NEVER_ACTIVATED };
    const spans = connectivitySettings(siteSettings(folders).settings);
    const { plane, ...connectivity } = connectivityFacts(connectivityParse(text), now, spans);
    return { isThere, standing: { plane, mode: connectivity.mode }, connectivity };
  } catch (error) {
    const damage = `${folders.connectivityFile} cannot be used (${messageOf(error)}): until it can, what a hub could own is refused`;
    return { isThere, standing: STRICTEST, damage };
  }
}

/** What is told against a standing; nothing when the file is whole. */
export function standingConditions({ damage }: SiteStanding, now: number): SiteCondition[] {
  if (damage === undefined) return [];
  return [{ type: 'ConnectivityKnown', status: 'False', reason: 'Damaged', message: damage, since: rfc3339(now) }];
}
