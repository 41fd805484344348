// Paths inside a volume that a container can write to: links in it must not lead out, not even when they are changed while
// we look. The path is resolved, checked against the root, and opened again one part at a time without following links; what
// is handed out is the open folder itself, so that a later change of names does not matter.
import fs from 'node:fs';
import path from 'node:path';
import { systemCodeOf, WorldError } from '#base';

export interface OpenedPath {
  /** A path that names exactly the opened file or folder for as long as it is open. */
  readonly path: string;
  close(): void;
}

function refuse(subPath: string): WorldError {
  return new WorldError('Invalid', `subPath "${subPath}" leads out of the volume`, { subject: subPath });
}

/** Opens `subPath` below `root`; a missing folder is made. Errors: WorldError `Invalid` when it leads out of `root`. */
export function openInside(root: string, subPath: string): OpenedPath {
  const realRoot = fs.realpathSync(root);
  const parts = subPath.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || subPath.startsWith('/')) throw refuse(subPath);
  const wanted = path.join(realRoot, ...parts);
  const real = realOrMissing(wanted);
  if (real !== realRoot && !real.startsWith(`${realRoot}/`)) throw refuse(subPath);
  return openParts(realRoot, path.relative(realRoot, real).split('/').filter(Boolean), subPath);
}

/** The path with the links of its existing part resolved. */
function realOrMissing(target: string): string {
  try {
    return fs.realpathSync(target);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
    return path.join(realOrMissing(path.dirname(target)), path.basename(target));
  }
}

function openParts(root: string, parts: readonly string[], subPath: string): OpenedPath {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  let fd = fs.openSync(root, O_RDONLY);
  try {
    for (const part of parts) {
      const next = `/proc/self/fd/${fd}/${part}`;
      if (!fs.lstatSync(next, { throwIfNoEntry: false })) {
        fs.mkdirSync(next, { mode: 0o750 });
        fs.chmodSync(next, fs.fstatSync(fd).mode & 0o7777);
        fs.chownSync(next, fs.fstatSync(fd).uid, fs.fstatSync(fd).gid);
      }
      const inner = fs.openSync(next, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      fs.closeSync(fd);
      fd = inner;
    }
  } catch (error) {
    fs.closeSync(fd);
    if (systemCodeOf(error) === 'ELOOP') throw refuse(subPath);
    throw error;
  }
  return { path: `/proc/${process.pid}/fd/${fd}`, close: () => fs.closeSync(fd) };
}
