// The door of the disk room.
export { readJsonIfPresent, readTextIfPresent, syncFolder, writeFileAtomic } from './disk.ts';
