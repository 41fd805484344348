// The plane of a site: asked of `services`, or told from the file that it keeps when that does not run.
import { WorldError } from '#base';
import { connectivityParse, connectivitySettings, connectivityStart, connectivityStep } from '#engine/connectivity';
import type { PlaneStatus, SiteFolders } from '#model/site';
import { type Clock, rfc3339 } from '#platform/clock';
import { readTextIfPresent } from '#platform/disk';
import { callServices } from './services-call.ts';
import { openSite } from './site-file.ts';
import { siteSettings } from './site-settings.ts';

export type PlaneAsked =
  | { readonly verb: 'plane-show' | 'plane-give' }
  | { readonly verb: 'plane-take'; readonly reason: string };

/** The plane after what was asked. Errors: WorldError `Unavailable` when the site does not run, and those that are answered. */
export async function askPlane(folders: SiteFolders, request: PlaneAsked): Promise<PlaneStatus> {
  for await (const answer of callServices(folders, request)) if (answer.kind === 'plane') return answer.plane;
  throw new WorldError('Failed', 'the services of the site answered nothing', {
    cure: `read ${folders.log('services')}`,
  });
}

/** Errors: WorldError `NotFound` when there is no site, `Corrupt` when nobody can tell. */
export async function sitePlane(of: { readonly data: string; readonly clock: Clock }): Promise<PlaneStatus> {
  const { site, folders } = openSite(of.data);
  try {
    return await askPlane(folders, { verb: 'plane-show' });
  } catch (error) {
    if (!(error instanceof WorldError) || error.code !== 'Unavailable') throw error;
    const now = of.clock.now();
    const text = readTextIfPresent(folders.connectivityFile);
    const kept = text === undefined ? connectivityStart(Date.parse(site.createdAt)) : connectivityParse(text);
    const spans = connectivitySettings(siteSettings(folders).settings);
    const { state } = connectivityStep(kept, { kind: 'tick' }, now, spans);
    const { plane, planeSince, planeReason: reason, mode } = state;
    return { site: site.name, plane, since: rfc3339(planeSince), reason, mode, desired: null };
  }
}
