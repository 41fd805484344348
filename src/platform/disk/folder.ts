// Folders, for rooms that do not touch Node.js themselves. Absence is an answer, never an error.
import fs from 'node:fs';
import { systemCodeOf } from '#base';

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

/** Copies a folder with all below it; it appears whole at `to`, where nothing may be. */
export function copyTree(from: string, to: string): void {
  const aside = `${to}.${process.pid}.new`;
  fs.rmSync(aside, { recursive: true, force: true });
  fs.cpSync(from, aside, { recursive: true, preserveTimestamps: true });
  fs.renameSync(aside, to);
}
