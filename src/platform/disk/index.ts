// The door of the disk room.
export { readJsonIfPresent, readTextIfPresent, syncFolder, writeFileAtomic } from './disk.ts';
export {
  appendText,
  fileBytes,
  isPresent,
  listFolder,
  makeFolder,
  readFrom,
  removeFolderIfEmpty,
  removeTree,
  rotateInPlace,
  watchFolder,
  writeIfAbsent,
} from './folder.ts';
export { mountsBelow } from './mounts.ts';
