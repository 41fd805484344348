// Operations on shares and on the blob tier behind them.
import type { Operation } from '../operation.ts';
import { notYet } from '../rulings.ts';

export const STORAGE_OPERATIONS: readonly Operation[] = [
  {
    name: 'shares',
    title: 'SMB and NFS shares',
    area: 'storage',
    doors: ['share', 'command-line'],
    rows: [],
    said: '',
    verdicts: notYet({
      lacks: 'shares',
      meant: 'works locally',
      instead: 'volumes of the class ase-node-local, or a file server in a pod',
    }),
  },
  {
    name: 'tier-upload',
    title: 'move files of a share to the blob tier',
    area: 'storage',
    doors: ['link'],
    rows: ['device: storage tiers, upload'],
    said: 'nothing is uploaded while disconnected; it resumes when the connection is back',
    verdicts: notYet({ lacks: 'tiered shares', meant: 'works while the tier can be reached, queued otherwise' }),
  },
  {
    name: 'ghost-read',
    title: 'read a file whose content is only in the tier',
    area: 'storage',
    doors: ['share'],
    rows: ['device: storage tiers, reading a ghost'],
    said: 'the read fails with an error while disconnected; nothing is lost',
    verdicts: notYet({
      lacks: 'tiered shares',
      meant: 'works while the tier can be reached, refused otherwise with an error that says so',
    }),
  },
  {
    name: 'share-refresh',
    title: 'Refresh: list what was added to the tier',
    area: 'storage',
    doors: ['command-line', 'arm'],
    rows: ['device: storage tiers, Refresh'],
    said: 'Refresh cannot be used while disconnected; syncing resumes when the connection is back',
    verdicts: notYet({ lacks: 'tiered shares', meant: 'works while the tier can be reached, refused otherwise' }),
  },
];
