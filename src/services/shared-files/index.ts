// The door of shared files.
export type { SharedFiles, SharedFilesOptions, SharedFilesState } from './contract.ts';
export { keepSharedFiles } from './keep-shared-files.ts';
export { keepWitnessFiles, type WitnessFiles } from './keep-witness-files.ts';
