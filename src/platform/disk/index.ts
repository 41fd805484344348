// The door of the disk room.
export {
  diskFullError,
  isDiskFull,
  readJsonIfPresent,
  readTextIfPresent,
  syncFolder,
  writeFileAtomic,
} from './disk.ts';
export {
  appendText,
  diskBytes,
  diskFreeBytes,
  fileBytes,
  isPresent,
  listFolder,
  makeFolder,
  readBytes,
  readFrom,
  removeFolderIfEmpty,
  removeTree,
  renameFile,
  rotateInPlace,
  watchFolder,
  writeIfAbsent,
} from './folder.ts';
export { mountsBelow } from './mounts.ts';
