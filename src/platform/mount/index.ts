// The door of the mount room.
export { type FakeMounts, fakeMounts } from './mount.fake.ts';
export { type Mounts, openMounts } from './mount.ts';
