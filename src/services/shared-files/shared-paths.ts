// Which files of a node's data folder both nodes have, and which the witness has of theirs; paths from the data folder.
//
//   pki/**                 authorities, leaves, people, accounts, keys that seal: whoever controls must be able to go on with them
//   state/settings.json    what was set
//   state/link/**          who the site is at its hub, where it stands to it, what that wants and what it brought
//
// A node keeps for itself: `pki/changed`, which is written last when something was taken over; how far its own journals are at the hub
// (`state/link/journal.json`), as those journals are its own too; the ratchet of its clock; what a drill on it has changed; reports; run.
import { WITNESS_NAME } from '#model/site';

/** Folders in which shared files stand, and single ones. */
export const SHARED = { folders: ['pki', 'state/link'], files: ['state/settings.json'] } as const;

export const CHANGED_MARK = 'pki/changed';
const OWN = [CHANGED_MARK, 'state/link/journal.json'];
/** Written aside, or set aside because it is damaged. */
const ASIDE = /\.(tmp|damaged)$/;

export const isShared = (path: string): boolean =>
  !OWN.includes(path) &&
  !ASIDE.test(path) &&
  (SHARED.files.some((file) => file === path) || SHARED.folders.some((folder) => path.startsWith(`${folder}/`)));

/** Where they stand in etcd: not below what failover looks at four times a second. */
export const SITE_SHELF = '/holdfast/shared/site';
export const WITNESS_SHELF = '/holdfast/shared/witness';

/** Holds the keys that seal what is the witness's. */
export const WITNESS_KEY_FILE = 'pki/witness-key.json';
/** What the witness needs to vote: its leaf as a member of etcd, and whom the members trust. */
const WITNESS_FILES = [WITNESS_KEY_FILE, `pki/etcd-${WITNESS_NAME}.pem`, 'pki/etcd/anchor.crt'];

export const isForWitness = (path: string): boolean => WITNESS_FILES.includes(path);
