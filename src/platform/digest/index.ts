// The door of the digest room.
export { base64, type Hasher, randomText, sha256, sha256Of } from './digest.ts';
