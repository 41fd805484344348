// Snapshots: a whole copy of the store at one revision, in one file that stands for itself.
import { WorldError } from '#base';
import type { Entry, Revision } from './contract.ts';

export async function writeSnapshot(file: string, _entries: readonly Entry[], _revision: Revision): Promise<void> {
  throw new WorldError('Unsupported', 'snapshots are not built yet', { subject: file });
}
