// What the API server uses of this folder.
export { type AccountLookups, accountLookups } from './account-lookups.ts';
export { type Authentication, type AuthenticationOptions, createAuthentication } from './authentication.ts';
