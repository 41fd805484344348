// The door of the volume room.
export { prepareHostPath } from './host-path.ts';
export { type OpenedPath, openInside } from './inside.ts';
export { giveToGroup, isFolder, makeSharedFile, makeVolumeFolder, usedBytesBelow } from './owned-folder.ts';
export { type PayloadFile, writePayload } from './payload.ts';
export { putAside, removeAside } from './removed-folder.ts';
