// The door of the content room.
export { type Content, DIGEST, type Digest, openContent, type Upload } from './content.ts';
