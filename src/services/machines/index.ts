// The door of the machines service.
export { containerdName, containerdProcess, containerdSocket } from './containerd-process.ts';
export { lostMachinesController } from './lost-machines.controller.ts';
export { LostNodes } from './lost-nodes.ts';
export {
  ensureCable,
  ensureControlLink,
  ensureMachineGroups,
  ensureNamespace,
  ensureSiteGroups,
  machineShimCgroup,
  machineSystemCgroup,
  removeCable,
} from './machine.driver.ts';
export { machineNodesController } from './machine-nodes.controller.ts';
export { outboundRules } from './network.plan.ts';
export { PAUSE_IMAGE } from './pause-image.ts';
export { writeRegistryHosts } from './registry-hosts.ts';
export { announceAddress, ensureForwarding, ensureSwitch, setDoorAddress, wayOutMtu } from './site-network.ts';
