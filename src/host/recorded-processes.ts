// Which processes of a site run, as its supervisor wrote down.
import { WorldError } from '#base';
import type { SiteFolders } from '#model/site';
import { readJsonIfPresent } from '#platform/disk';
import { isAlive, type ProcessIdentity } from '#platform/process';
import { strayProcesses } from './stray-processes.ts';

/** Processes that the supervisor wrote down and that still run. */
export function recordedProcesses(folders: SiteFolders): Record<string, ProcessIdentity> {
  const records = readUnlessDamaged<Record<string, { identity: ProcessIdentity }>>(folders.processes);
  if (!records) return strayProcesses(folders);
  return Object.fromEntries(
    Object.entries(records).flatMap(([name, { identity }]) => (isAlive(identity) ? [[name, identity]] : [])),
  );
}

/** What goes away with the run folder is no reason to leave the site's processes alone. */
export function readUnlessDamaged<T>(file: string): T | undefined {
  try {
    return readJsonIfPresent<T>(file);
  } catch (error) {
    if (error instanceof WorldError && error.code === 'Corrupt') return undefined;
    throw error;
  }
}
