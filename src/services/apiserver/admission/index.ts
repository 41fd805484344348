// What the API server uses of this folder.
export { type AdmissionLookups, admissionLookups } from './admission-lookups.ts';
export { type AdmissionOptions, admissionPlugins } from './admission-plugins.ts';
