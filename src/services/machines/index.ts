// The door of the machines service.
export { containerdName, containerdProcess, containerdSocket } from './containerd-process.ts';
export {
  ensureCable,
  ensureMachineGroups,
  ensureNamespace,
  ensureSiteGroups,
  machineShimCgroup,
  machineSystemCgroup,
} from './machine.driver.ts';
export { machineNodesController } from './machine-nodes.controller.ts';
export { PAUSE_IMAGE } from './pause-image.ts';
export { writeRegistryHosts } from './registry-hosts.ts';
export { ensureSwitch } from './site-network.ts';
