// The door of the disk room.
export { type AppendFile, openAppendFile, syncFile } from './append-file.ts';
export { readJsonIfPresent, readTextIfPresent, syncFolder, writeFileAtomic } from './disk.ts';
export { fileBytes, fileIdentity, isPresent, readBytes, renameFile, writeIfAbsent } from './file.ts';
export { fileStamp, fileStamps } from './file-stamps.ts';
export { readFilesBelow } from './files-below.ts';
export {
  copyTree,
  diskBytes,
  diskFreeBytes,
  listFolder,
  makeFolder,
  removeFolderIfEmpty,
  removeTree,
} from './folder.ts';
export { appendText, readFrom, rotateInPlace } from './growing-file.ts';
export { mountsBelow } from './mounts.ts';
export { folderChangedMs, watchFolder } from './watch.ts';
