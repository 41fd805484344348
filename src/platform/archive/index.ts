// The door of the archive room.
export { type ArchiveEntry, readTar } from './tar.ts';
