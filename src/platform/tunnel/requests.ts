// HTTP/1.1 on the connections of a tunnel: each is served as one that a server had accepted, though nobody listens anywhere.
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { HEAD_MS_MAX, HEADER_BYTES_MAX } from './limits.ts';

export interface TunneledServer {
  onRequest(req: IncomingMessage, res: ServerResponse): void;
  onUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** What takes the connections, as `serveTunnel` gives them. */
export function requestsOf({ onRequest, onUpgrade }: TunneledServer): (connection: Duplex) => void {
  const server = http.createServer(
    { maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: HEAD_MS_MAX, requestTimeout: 0 },
    onRequest,
  );
  server.on('upgrade', onUpgrade);
  server.on('clientError', (_error, socket) => socket.destroy());
  return (connection) => {
    connection.on('error', () => connection.destroy());
    server.emit('connection', connection);
  };
}
