// The WebSocket side of an upgrade (RFC 6455): choosing a subprotocol, then one socket of bounded messages.
import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { WorldError } from '#base';
import { WEBSOCKET_MESSAGE_BYTES_MAX } from './limits.ts';
import { protocolsOf, refuseUpgrade, type UpgradeRequest } from './upgrade.ts';

/**
 * Accepts with the first subprotocol of the client that is offered here; "" when the client names none and that is
 * offered. Refuses otherwise.
 */
export function acceptWebSocket(
  upgrade: UpgradeRequest,
  offered: readonly string[],
): Promise<{ socket: WebSocket; protocol: string }> {
  const asked = protocolsOf(upgrade.req, 'sec-websocket-protocol');
  const protocol = asked.length === 0 && offered.includes('') ? '' : asked.find((name) => offered.includes(name));
  return new Promise((resolve, reject) => {
    if (protocol === undefined) {
      const known = offered.filter((name) => name !== '').join(', ');
      refuseUpgrade(upgrade.socket, 403, `none of [${asked.join(', ')}] is spoken here; these are: [${known}]`);
    }
    const server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: WEBSOCKET_MESSAGE_BYTES_MAX,
      perMessageDeflate: false,
    });
    server.once('wsClientError', (error, socket) => {
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
      reject(new WorldError('Invalid', `no WebSocket: ${error.message}`));
    });
    // The names of Kubernetes ("SPDY/3.1+portforward.k8s.io") are no RFC 6455 tokens, which the library insists on; so it
    // does not see them, and the answer's header is added to what it sends.
    delete upgrade.req.headers['sec-websocket-protocol'];
    if (protocol) server.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${protocol}`));
    server.handleUpgrade(upgrade.req, upgrade.socket, upgrade.head, (socket) => {
      // Failures are followed by 'close', which is what everybody here listens to.
      socket.on('error', () => undefined);
      resolve({ socket, protocol });
    });
  });
}

/** The socket's binary messages as one byte stream, for protocols tunnelled through it. */
export function webSocketBytes(socket: WebSocket): Duplex {
  const bytes = createWebSocketStream(socket, { allowHalfOpen: true });
  bytes.on('error', () => undefined);
  return bytes;
}

/** The bytes of a message, whatever form the library gave it. */
export function messageBytes(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
