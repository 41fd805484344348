// What the API server uses of this folder.
export { type Authorization, createAuthorization } from './authorization.ts';
export { type BootstrapRbac, bootstrapRbacObjects } from './bootstrap-objects.ts';
export { rbacEscalation } from './escalation.ts';
