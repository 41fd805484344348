// The door of the control group room.
export { type FakeCgroups, fakeCgroups } from './cgroup.fake.ts';
export type { CgroupLimits, CgroupStats, Cgroups } from './cgroup.ts';
export { openCgroups } from './open-cgroups.ts';
