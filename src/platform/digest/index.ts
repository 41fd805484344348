// The door of the digest room.
export { base64, crc32Of, type Hasher, randomText, sha256, sha256Of } from './digest.ts';
