// Which files stand in a folder and below it, each with a stamp that is another one once the file was written anew.
import fs from 'node:fs';
import path from 'node:path';
import { systemCodeOf } from '#base';

/** Undefined when it is absent. */
export function fileStamp(file: string): string | undefined {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat && `${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}`;
}

/** By the path from the folder. Links are left alone; what goes while one looks is absent. */
export function fileStamps(folder: string): Map<string, string> {
  const stamps = new Map<string, string>();
  const walk = (below: string): void => {
    for (const entry of entriesOf(path.join(folder, below))) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) walk(name);
      if (!entry.isFile()) continue;
      const stamp = fileStamp(path.join(folder, name));
      if (stamp !== undefined) stamps.set(name, stamp);
    }
  };
  walk('');
  return stamps;
}

function entriesOf(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}
