// Asks a running site what it used.
import { WorldError } from '#base';
import type { SiteFolders, UsageSum } from '#model/site';
import { callSupervisor } from './supervisor-call.ts';

/** A sum a day, oldest first. Errors: WorldError `Unavailable` when the site does not run. */
export async function siteUsage(folders: SiteFolders): Promise<readonly UsageSum[]> {
  for await (const answer of callSupervisor(folders, { verb: 'usage' }))
    if (answer.kind === 'usage') return answer.days;
  throw new WorldError('Failed', 'holdfastd has given no answer to usage');
}
