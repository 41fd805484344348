// The door of sealing.
export { isSealed, newSealSecret, type SealKey, type SealKeys, seal, sealedWith, unseal } from './seal.ts';
