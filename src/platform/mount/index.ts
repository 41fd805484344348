// The door of the mount room.

export { seesDeadMount } from './dead-mounts.ts';
export { type FakeMounts, fakeMounts } from './mount.fake.ts';
export { type Mounts, openMounts } from './mount.ts';
