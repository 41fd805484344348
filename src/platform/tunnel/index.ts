// The door of the tunnel room.
export { passTunneled, passTunneledUpgrade, type TunneledCall } from './pass.ts';
export { openTunnel, serveTunnel, type Tunnel, type TunnelServer } from './tunnel.ts';
