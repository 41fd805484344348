// The door of the machines service.
export { containerdName, containerdProcess, containerdSocket } from './containerd-process.ts';
export {
  ensureCable,
  ensureMachineGroups,
  ensureNamespace,
  ensureSiteGroups,
  machineSystemCgroup,
} from './machine.driver.ts';
export { ensureSwitch } from './site-network.ts';
