// What a brick knows others to lack, read from the index that it keeps of that: exact, at once, and without asking anybody.
// Source: GlusterFS, translator features/index.
import { listFolder } from '#platform/disk';

/** Entries of this brick that another has to be given. */
export const pendingEntries = (brick: string): number =>
  listFolder(`${brick}/.glusterfs/indices/xattrop`).filter((name) => !name.startsWith('xattrop-')).length;
