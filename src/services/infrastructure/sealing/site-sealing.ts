// What a site seals, and with which keys, for the store of its cluster and for the files that its nodes share.
import type { SiteFolders } from '#model/site';
import type { SealKeys } from '#platform/seal';
import type { Sealing } from '#store';
import { sealingFile, sealKeysIn, witnessKeyFile } from './sealing-file.ts';

/** Secrets of core/v1: the one kind whose content is secret by its definition (Kubernetes API, Secret v1). */
const SECRETS = '/core/secrets/';

/** For the store of a cluster. Errors of each use of its keys: WorldError `NotFound`, `Corrupt`. */
export const siteSealing = (folders: Pick<SiteFolders, 'pki'>): Sealing => ({
  isSecret: (key) => key.startsWith(SECRETS),
  keys: sealKeysIn(sealingFile(folders.pki)),
});

/** For what the nodes share. */
export const siteSealKeys = (folders: Pick<SiteFolders, 'pki'>): (() => SealKeys) =>
  sealKeysIn(sealingFile(folders.pki));

/** For what the nodes give to the witness. */
export const witnessSealKeys = (folders: Pick<SiteFolders, 'pki'>): (() => SealKeys) =>
  sealKeysIn(witnessKeyFile(folders.pki));
