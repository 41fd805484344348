// Folders, for rooms that do not touch Node.js themselves. Absence is an answer, never an error.
import fs from 'node:fs';
import path from 'node:path';
import { systemCodeOf, WorldError } from '#base';

/** Makes a folder and its parents; only for the owner (0700) unless said otherwise. */
export function makeFolder(folder: string, mode = 0o700): void {
  fs.mkdirSync(folder, { recursive: true, mode });
}

/** Names in a folder; empty when there is none. */
export function listFolder(folder: string): string[] {
  try {
    return fs.readdirSync(folder).sort();
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}

/** Removes a file, or a folder with everything in it. Never crosses into what is mounted: unmount first. */
export function removeTree(target: string): void {
  fs.rmSync(target, { recursive: true, force: true, maxRetries: 3 });
}

/** Removes a folder that holds nothing; anything else stays. */
export function removeFolderIfEmpty(folder: string): void {
  try {
    fs.rmdirSync(folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'ENOENT', 'EEXIST', 'ENOTDIR', 'EBUSY'].includes(systemCodeOf(error) ?? '')) throw error;
  }
}

/** Size of the file system that a folder is on. */
export function diskBytes(folder: string): number {
  const { blocks, bsize } = fs.statfsSync(folder);
  return blocks * bsize;
}

/** What an owner may still write on the file system that a folder is on. */
export function diskFreeBytes(folder: string): number {
  const { bavail, bsize } = fs.statfsSync(folder);
  return bavail * bsize;
}

export interface FilesWanted {
  /** By the path from the folder. */
  wanted(path: string): boolean;
  /** All of them together. */
  readonly bytesMax: number;
  readonly depthMax: number;
}

/** The texts of the wanted files in a folder and below it, in the order of their paths. Links inside are left alone: they may
 * lead anywhere. Errors: WorldError `NotFound`, `Exhausted` when the files are larger together or nested deeper than they may be. */
export function readFilesBelow(folder: string, of: FilesWanted): { path: string; text: string }[] {
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new WorldError('NotFound', `there is no folder ${folder}`, { attempted: 'read a folder', subject: folder });
  const files: { path: string; text: string }[] = [];
  let bytes = 0;
  const walk = (below: string, depth: number): void => {
    if (depth > of.depthMax)
      throw new WorldError('Exhausted', `folders are nested deeper than ${of.depthMax} in ${folder}`);
    const entries = fs.readdirSync(path.join(folder, below), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory() && !entry.name.startsWith('.')) walk(name, depth + 1);
      if (!entry.isFile() || !of.wanted(name)) continue;
      bytes += fs.statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
      if (bytes > of.bytesMax)
        throw new WorldError('Exhausted', `the files in ${folder} are larger than ${of.bytesMax} bytes`);
      files.push({ path: name, text: fs.readFileSync(path.join(folder, name), 'utf8') });
    }
  };
  walk('', 0);
  return files;
}
