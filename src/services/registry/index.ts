// The door of the registry.
export type { Account } from './accounts.ts';
export { type PullSecretOptions, pullSecretController } from './pull-secret.controller.ts';
export { type Registry, type RegistryOptions, startRegistry } from './start.ts';
