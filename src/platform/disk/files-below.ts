// The texts of files in a folder and below it, within bounds.
import fs from 'node:fs';
import path from 'node:path';
import { WorldError } from '#base';

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
