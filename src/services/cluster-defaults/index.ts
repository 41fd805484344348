// The door of the cluster's default objects.
export { clusterDefaultsController } from './cluster-defaults.controller.ts';
