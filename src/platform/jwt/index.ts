// The door of the JWT room.
export { type Claims, type PublicJwk, type TokenSigner, tokenSigner } from './token-signature.ts';
