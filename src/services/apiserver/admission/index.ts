// What the API server uses of this folder.
export { type AdmissionLookups, admissionLookups } from './admission-lookups.ts';
export { type AdmissionOptions, admissionPlugins } from './admission-plugins.ts';
export type { FailoverForecast } from './failover-forecast.ts';
export type { HubOwner } from './hub-ownership.ts';
