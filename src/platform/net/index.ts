// The door of the network room.
export {
  type InterfaceFacts,
  interfaceList,
  interfaceRemove,
  ipBatch,
  type RouteFacts,
  routeList,
} from './ip.ts';
export { mayMakeNamespaces, namespaceCreate, namespaceList, namespaceRemove } from './namespace.ts';
export { freePort, type PortState, portAnswers, portState } from './ports.ts';
export { sysctlWrite, sysctlWriteIn } from './sysctl.ts';
export { openTcpDoor, type TcpDoor, type TcpEnd } from './tcp-door.ts';
export { ensureForwarding, wayOutMtu } from './way-out.ts';
