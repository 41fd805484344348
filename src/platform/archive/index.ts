// The door of the archive room.

export { type PackedFile, packTar } from './pack.ts';
export { type ArchiveEntry, readTar } from './tar.ts';
