// Folders that become volumes: made with a mode that the umask does not narrow, given to a group, measured, removed.
import fs from 'node:fs';
import path from 'node:path';
import { systemCodeOf } from '#base';

/** Makes the folder with exactly `mode`. */
export function makeVolumeFolder(folder: string, mode = 0o777): void {
  if (fs.existsSync(folder)) return;
  fs.mkdirSync(folder, { recursive: true, mode: 0o755 });
  fs.chmodSync(folder, mode);
}

/** Gives everything below to the group, readable and writable for it; new files of a folder inherit the group.
 * With `onlyWhenRootDiffers` nothing is walked when the folder itself belongs to the group already. Source: fsGroup. */
export function giveToGroup(folder: string, groupId: number, options: { onlyWhenRootDiffers: boolean }): void {
  const top = fs.lstatSync(folder);
  if (options.onlyWhenRootDiffers && top.gid === groupId && (top.mode & 0o2070) === 0o2070) return;
  giveOne(folder, top, groupId);
}

/** A folder after what is in it: one that belongs to the group has been walked whole. */
function giveOne(target: string, stats: fs.Stats, groupId: number): void {
  if (!stats.isDirectory()) {
    fs.lchownSync(target, stats.uid, groupId);
    if (stats.isSymbolicLink()) return;
    fs.chmodSync(target, (stats.mode & 0o7777) | 0o660);
    return;
  }
  for (const name of fs.readdirSync(target)) {
    const inner = path.join(target, name);
    giveOne(inner, fs.lstatSync(inner), groupId);
  }
  fs.lchownSync(target, stats.uid, groupId);
  fs.chmodSync(target, (stats.mode & 0o7777) | 0o2770);
}

/** Bytes that the files below take on disk. What vanishes while it is counted does not count. */
export function usedBytesBelow(folder: string): number {
  try {
    const stats = fs.lstatSync(folder);
    const own = stats.blocks * 512;
    if (!stats.isDirectory()) return own;
    return fs.readdirSync(folder).reduce((sum, name) => sum + usedBytesBelow(path.join(folder, name)), own);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR') return 0;
    throw error;
  }
}

/** Makes a file that a container may write (termination message); an existing one is emptied. */
export function makeSharedFile(file: string, text = '', mode = 0o666): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o755 });
  fs.writeFileSync(file, text);
  fs.chmodSync(file, mode);
}

/** What is mounted into containers must be reachable for their users: no folder on the way may be closed to others. */
export function isFolder(target: string): boolean {
  return fs.statSync(target, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
