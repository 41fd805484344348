// The door of replicated volumes.
export type * from './contract.ts';
export { keepGlusterLogs } from './gluster-logs.ts';
export { glusterdProcess } from './glusterd-process.ts';
export { keepVolumes, type Volumes, type VolumesOptions } from './keep-volumes.ts';
export { bricksCgroup, type VolumesMember, volumesCgroup } from './member.ts';
export { refuseStrangers } from './refuse-strangers.ts';
export { brickPending, volumeClientProcess, volumeView } from './volume-client-process.ts';
