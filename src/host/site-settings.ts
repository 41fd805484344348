// The settings of a site: read from their file, changed by `services`.
import { WorldError } from '#base';
import { type ServicesRequest, type SiteFolders, type SiteSettings, settingsParse } from '#model/site';
import { readTextIfPresent } from '#platform/disk';
import { callServices } from './services-call.ts';

export const siteSettings = (folders: SiteFolders): ReturnType<typeof settingsParse> =>
  settingsParse(readTextIfPresent(folders.settingsFile));

type Asked<R> = R extends { verb: `settings-${string}` } ? Omit<R, 'version'> : never;

/** What is set after the change. Errors: WorldError `Unavailable` when the site does not run, and those that are answered. */
export async function changeSettings(folders: SiteFolders, request: Asked<ServicesRequest>): Promise<SiteSettings> {
  for await (const answer of callServices(folders, request)) if (answer.kind === 'settings') return answer.settings;
  throw new WorldError('Failed', 'the services of the site answered nothing', {
    cure: `read ${folders.log('services')}`,
  });
}
