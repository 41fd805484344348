// The door of the blob room.
export { appendStream, type FileFacts, fileBytes, filesBelow, readFilePieces, removePath, settleFile } from './blob.ts';
