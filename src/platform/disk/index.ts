// The door of the disk room.
export { readJsonIfPresent, readTextIfPresent, syncFolder, writeFileAtomic } from './disk.ts';
export {
  appendText,
  diskBytes,
  fileBytes,
  isPresent,
  listFolder,
  makeFolder,
  readBytes,
  readFrom,
  removeFolderIfEmpty,
  removeTree,
  rotateInPlace,
  watchFolder,
  writeIfAbsent,
} from './folder.ts';
export { mountsBelow } from './mounts.ts';
