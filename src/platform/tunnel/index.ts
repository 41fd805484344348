// The door of the tunnel room.
export { passTunneled, passTunneledUpgrade, type TunneledCall } from './pass.ts';
export { requestsOf, type TunneledServer } from './requests.ts';
export { openTunnel, serveTunnel, type Tunnel, type TunnelConnection, type TunnelServer } from './tunnel.ts';
