// The door of the uplink room.
export type { Uplink, UplinkAnswer, UplinkRequest } from './contract.ts';
export { type Dialling, dialUplink } from './dial.ts';
export { type ProxyAddress, proxyAddressOf } from './proxy.ts';
