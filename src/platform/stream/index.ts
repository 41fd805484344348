// The door of the stream room: remote command, port-forward and one-way streams over SPDY/3.1 and WebSocket.
export type { CommandResult } from './command-status.ts';
export type { CommandStreams } from './command-transport.ts';
export type { OneWayStream } from './one-way.ts';
export { type PassedAnswer, type PassedRequest, passRequest, passToWebSocket } from './pass-request.ts';
export { type PassTarget, type PassTls, passedHeaders } from './pass-target.ts';
export { type PassUpgrade, passUpgrade } from './pass-upgrade.ts';
export { acceptPortForward, type ForwardedConnection, type PortForward } from './port-forward.ts';
export { openRemoteCommand, type RunningCommand } from './remote-command.client.ts';
export { acceptRemoteCommand, type RemoteCommand } from './remote-command.ts';
export type { TerminalSize } from './terminal-resize.ts';
export { refuseUpgrade, type UpgradeKind, type UpgradeRequest } from './upgrade.ts';
