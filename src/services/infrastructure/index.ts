// The door of the infrastructure service.
export { followPki, type PkiFollower } from './follow-pki.ts';
export { type CertificateKeeper, keepCertificates, type PairSurroundings } from './keep-certificates.ts';
export { listCertificates } from './list-certificates.ts';
export { ensurePki, type KeyPair, openPki, type Pki } from './pki.ts';
export { keepResealed, readResealProgress } from './sealing/keep-resealed.ts';
export { siteSealing, siteSealKeys, witnessSealKeys } from './sealing/site-sealing.ts';
export { type AskCluster, openGrants } from './users/grants.ts';
export { type AccessAct, openPeople, type People } from './users/people.ts';
export { openRevocations, type Revocations } from './users/revocations.ts';
export { readUsers } from './users/users-file.ts';
