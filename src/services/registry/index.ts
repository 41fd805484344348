// The door of the registry.
export type { Account } from './accounts.ts';
export { PULL_SECRET, type PullSecretOptions, pullSecretController } from './pull-secret.controller.ts';
export { type Registry, type RegistryOptions, startRegistry } from './start.ts';
