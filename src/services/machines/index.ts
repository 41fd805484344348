// The door of the machines service.
export { ensureCable, ensureControlLink, removeCable } from './cable.driver.ts';
export { containerdName, containerdProcess, containerdSocket } from './containerd-process.ts';
export { lostMachinesController } from './lost-machines.controller.ts';
export { LostNodes } from './lost-nodes.ts';
export {
  ensureMachineGroups,
  ensureNamespace,
  ensureSiteGroups,
  machineShimCgroup,
  machineSystemCgroup,
} from './machine.driver.ts';
export { machineNodesController } from './machine-nodes.controller.ts';
export { PAUSE_IMAGE } from './pause-image.ts';
export { writeRegistryHosts } from './registry-hosts.ts';
export { announceAddress, ensureSwitch, setDoorAddress } from './site-network.ts';
