// The hub's file in its data folder: read, made, written.
import { WorldError } from '#base';
import { HUB_FORMAT_VERSION, type HubFile, type HubFolders, hubFolders } from '#model/hub';
import { dataPathProblem } from '#model/site';
import { isPresent, readJsonIfPresent, writeFileAtomic } from '#platform/disk';

export interface OpenedHub {
  readonly hub: HubFile;
  readonly folders: HubFolders;
}

/** Errors: WorldError `Invalid` (a path that cannot be used), `Conflict` (a site lives there). */
export function hubFoldersOf(data: string): HubFolders {
  const problem = dataPathProblem(data);
  if (problem !== undefined) throw new WorldError('Invalid', `the data folder ${data} ${problem}`, { subject: data });
  if (isPresent(`${data}/site.json`))
    throw new WorldError('Conflict', `${data} is the folder of a site`, {
      subject: data,
      cure: 'give the hub a folder of its own with --data DIR',
    });
  return hubFolders(data);
}

/** Errors: WorldError `Corrupt`, `Unsupported`. */
export function hubIfPresent(data: string): OpenedHub | undefined {
  const folders = hubFoldersOf(data);
  const hub = readJsonIfPresent<HubFile>(folders.hubFile);
  if (!hub) return undefined;
  if (hub.formatVersion !== HUB_FORMAT_VERSION)
    throw new WorldError(
      'Unsupported',
      `the hub in ${data} has format ${hub.formatVersion}; this software reads ${HUB_FORMAT_VERSION}`,
      {
        subject: data,
        cure: 'use the software that made it, or a newer one',
      },
    );
  return { hub, folders };
}

/** Errors: WorldError `NotFound` when there is none. */
export function openHub(data: string): OpenedHub {
  const opened = hubIfPresent(data);
  if (opened) return opened;
  throw new WorldError('NotFound', `there is no hub in ${data}`, {
    subject: data,
    cure: 'bring one up with `holdfast hub up`, or name its folder with --data',
  });
}

export function writeHub(folders: HubFolders, hub: HubFile): void {
  writeFileAtomic(folders.hubFile, `${JSON.stringify(hub, null, 2)}\n`);
}
