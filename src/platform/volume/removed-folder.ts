// Folders of volumes that were deleted: put aside at once, and emptied by and by without holding anybody up, for a volume may hold
// very much. Each remover has its own, so that none is in the way of another on a file system that several see.
import fs from 'node:fs';
import path from 'node:path';
import { systemCodeOf } from '#base';

const ASIDE = '.removed';

/** Puts `<root>/<name>` aside for `remover`; one that is not there is fine. */
export async function putAside(root: string, name: string, remover: string): Promise<void> {
  const aside = path.join(root, ASIDE, remover);
  await fs.promises.mkdir(aside, { recursive: true, mode: 0o700 });
  try {
    await fs.promises.rename(path.join(root, name), path.join(aside, name));
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
  }
}

/** Removes what `remover` has put aside, also in an earlier life. */
export async function removeAside(root: string, remover: string): Promise<void> {
  await fs.promises.rm(path.join(root, ASIDE, remover), { recursive: true, force: true, maxRetries: 3 });
}
