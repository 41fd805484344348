// The door of the disk room.
export { readJsonIfPresent, readTextIfPresent, syncFolder, writeFileAtomic } from './disk.ts';
export { fileBytes, isPresent, readBytes, renameFile, writeIfAbsent } from './file.ts';
export {
  diskBytes,
  diskFreeBytes,
  listFolder,
  makeFolder,
  readFilesBelow,
  removeFolderIfEmpty,
  removeTree,
} from './folder.ts';
export { appendText, readFrom, rotateInPlace } from './growing-file.ts';
export { mountsBelow } from './mounts.ts';
export { folderChangedMs, watchFolder } from './watch.ts';
