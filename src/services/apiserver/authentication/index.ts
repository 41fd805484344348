// What the API server uses of this folder.
export { type AccountLookups, accountLookups } from './account-lookups.ts';
export { ANONYMOUS, type Authentication, type AuthenticationOptions, createAuthentication } from './authentication.ts';
