// Reads and writes site.json, and finds what else stands in a site's folder; a folder of a newer software is refused.
import { WorldError } from '#base';
import { DATA_FORMAT_VERSION, dataPathProblem, type Site, type SiteFolders, siteFolders } from '#model/site';
import { listFolder, readJsonIfPresent, readTextIfPresent, writeFileAtomic } from '#platform/disk';
import { labIfPresent, speakingFolder } from './lab/lab-file.ts';

export interface OpenedSite {
  readonly site: Site;
  readonly folders: SiteFolders;
}

/** Folders of a data folder. Errors: WorldError `Invalid` when its path cannot be used. */
export function foldersOf(data: string): SiteFolders {
  const problem = dataPathProblem(data);
  if (problem)
    throw new WorldError('Invalid', `--data ${data} ${problem}`, { cure: 'choose another folder with --data DIR' });
  return siteFolders(data);
}

function readSite({ siteFile }: SiteFolders): Site | undefined {
  let site: Site | undefined;
  let cause: unknown;
  try {
    site = readJsonIfPresent<Site>(siteFile);
    if (site === undefined) return undefined;
  } catch (error) {
    cause = error;
  }
  // Of a file of another release nothing but its version is sure.
  if (typeof site?.formatVersion === 'number' && (site.formatVersion > DATA_FORMAT_VERSION || isWhole(site)))
    return site;
  throw new WorldError('Corrupt', `${siteFile} is damaged: it does not describe a site`, {
    attempted: 'read',
    subject: siteFile,
    cure: `put back the ${siteFile} of a backup of the data folder; nothing else in the folder was touched`,
    cause,
  });
}

const isWhole = (site: Partial<Site>): boolean =>
  Boolean(site.id && site.name && site.runtime && site.network && site.ports) &&
  Array.isArray(site.machines) &&
  Array.isArray(site.clusters);

/** The site of a data folder, or undefined when there is none.
 * Errors: WorldError `Unsupported` for a newer format, `Corrupt`. */
export function siteIfPresent(data: string): OpenedSite | undefined {
  const folders = foldersOf(data);
  const site = readSite(folders);
  if (!site) return undefined;
  if (site.formatVersion > DATA_FORMAT_VERSION)
    throw new WorldError(
      'Unsupported',
      `the data folder ${data} has format ${site.formatVersion}; this software knows formats up to ${DATA_FORMAT_VERSION}`,
      { subject: data, cure: 'use the software that made it, or a newer one' },
    );
  return { site, folders };
}

/** Of a lab, the site as the node that controls sees it. Errors: WorldError `NotFound` when there is no site. */
export function openSite(data: string): OpenedSite {
  const lab = labIfPresent(data);
  const opened = siteIfPresent(lab ? speakingFolder(data, lab) : data);
  if (!opened)
    throw new WorldError('NotFound', `there is no site in ${data}`, {
      subject: data,
      cure: 'bring one up with `holdfast up`, or name its folder with --data',
    });
  return opened;
}

export function writeSite(folders: SiteFolders, site: Site): void {
  writeFileAtomic(folders.siteFile, `${JSON.stringify(site, null, 2)}\n`);
}

/** The administrator's kubeconfig; undefined before the first start. */
export function kubeconfigOf(folders: SiteFolders): string | undefined {
  return readTextIfPresent(folders.adminKubeconfig);
}

/** Names of the processes that have said something. */
export function loggedProcesses(folders: SiteFolders): string[] {
  return listFolder(folders.logs)
    .filter((file) => file.endsWith('.log'))
    .map((file) => file.slice(0, -'.log'.length));
}
