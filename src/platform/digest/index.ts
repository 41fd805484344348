// The door of the digest room.
export { base64, crc32Of, type Hasher, randomSeed, randomText, sha256, sha256Of } from './digest.ts';
