// What a drill is refused for: a site that is not well already, and what is the operator's and would be taken away.
import { WorldError } from '#base';
import { DRILL_NAMESPACE, type SiteFolders, type SiteStatus } from '#model/site';
import { askLink } from '../site-link.ts';
import { runningStatus } from './drilling.ts';
import { askOnce, type KubernetesAsked } from './kubernetes-door.ts';

const conflict = (message: string, cure: string): WorldError => new WorldError('Conflict', message, { cure });

/** What is wrong already would be taken for the drill's doing. */
export async function refuseUnlessWell(folders: SiteFolders, data: string): Promise<SiteStatus> {
  const status = await runningStatus(folders).catch((error: unknown) => {
    if (!(error instanceof WorldError) || error.code !== 'Unavailable') throw error;
    throw new WorldError('Unavailable', `the site in ${data} does not run`, { cure: 'bring it up: holdfast up' });
  });
  if (status.phase !== 'Ready')
    throw new WorldError('Conflict', `the site is ${status.phase}; a drill needs one that is Ready`, {
      cure: 'see what it waits for: holdfast status',
    });
  const clockTrusted = status.conditions.find(({ type }) => type === 'ClockTrusted');
  if (clockTrusted?.status === 'False')
    throw new WorldError('Conflict', `the site's clock is in doubt already: ${clockTrusted.message}`, {
      cure: 'settle it first: holdfast clock',
    });
  return status;
}

/** Nothing of the operator's may be cut or restored. Errors: WorldError `Conflict`. */
export async function refuseUnlessLinked(of: KubernetesAsked): Promise<void> {
  const { hub, cut, connection } = await askLink(of.folders, { verb: 'link-status' });
  if (cut) throw conflict('the link is cut already', 'give it back first: holdfast link restore');
  if (hub !== null && connection.state !== 'open')
    throw conflict('the link is away already', 'see what is in its way: holdfast link status');
  await refuseNamespace(of);
}

/** What a drill takes away must be its own. Errors: WorldError `Conflict`. */
export async function refuseNamespace(of: KubernetesAsked): Promise<void> {
  if (await isThere(of))
    throw conflict(
      `there is a namespace ${DRILL_NAMESPACE}, which the drill would take away`,
      'keep what is yours in a namespace of another name',
    );
}

async function isThere(of: KubernetesAsked): Promise<boolean> {
  try {
    await askOnce(of, `/api/v1/namespaces/${DRILL_NAMESPACE}`);
    return true;
  } catch (error) {
    if (error instanceof WorldError && error.code === 'NotFound') return false;
    throw error;
  }
}
