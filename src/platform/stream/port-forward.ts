// Serves the far end of `kubectl port-forward`: SPDY/3.1, straight or tunnelled through a WebSocket. Each forwarded connection
// is two streams with the same request id: one for the bytes, one for what went wrong. Source: portforward.k8s.io.
import type { Duplex } from 'node:stream';
import { WorldError } from '#base';
import type { Clock } from '#platform/clock';
import { PAIRS_WAITING_MAX } from './limits.ts';
import { spdyConnection } from './spdy-connection.ts';
import type { SpdyStream } from './spdy-stream.ts';
import { acceptSpdy, refuseUpgrade, type UpgradeRequest, upgradeKind } from './upgrade.ts';
import { acceptWebSocket, webSocketBytes } from './websocket.ts';

const PROTOCOL = 'portforward.k8s.io';
const TUNNEL_PROTOCOL = `SPDY/3.1+${PROTOCOL}`;

export interface ForwardedConnection {
  readonly port: number;
  /** The client's connection: what it sent, and where answers go. */
  readonly data: Duplex;
  /** Tells the client why this one connection failed, and ends it. */
  fail(message: string): void;
}

export interface PortForward {
  /** Resolves when the client is gone. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
  destroy(): void;
}

/** Makes pairs of the streams that a client opens, by request id (very old clients: by the order of stream ids). */
function pairing(onConnection: (connection: ForwardedConnection) => void): (stream: SpdyStream) => void {
  const waiting = new Map<string, SpdyStream>();
  return (stream) => {
    const { streamtype = '', port = '', requestid } = stream.headers;
    const number = /^[0-9]{1,5}$/.test(port) ? Number(port) : 0;
    if (number < 1 || number > 65535) throw new WorldError('Invalid', `"${port}" is no port`);
    if (streamtype !== 'data' && streamtype !== 'error')
      throw new WorldError('Invalid', `"${streamtype}" is no kind of stream`);
    const id = requestid ?? String(streamtype === 'error' ? stream.id : stream.id - 2);
    const other = waiting.get(id);
    if (!other) {
      if (waiting.size >= PAIRS_WAITING_MAX) throw new WorldError('Exhausted', 'too many streams wait for their pair');
      waiting.set(id, stream);
      stream.once('close', () => waiting.get(id) === stream && waiting.delete(id));
      return;
    }
    waiting.delete(id);
    if (other.headers.streamtype === streamtype) throw new WorldError('Invalid', 'two streams of one kind');
    const [data, error] = streamtype === 'data' ? [stream, other] : [other, stream];
    error.resume();
    // The error stream says "all went well" by ending empty, when the data is through.
    data.once('close', () => error.writableEnded || error.end());
    onConnection({
      port: number,
      data,
      fail(message) {
        if (!error.writableEnded) error.end(message);
        data.end();
        data.resume();
      },
    });
  };
}

/** Accepts, or answers the client with an error and throws WorldError. `onConnection` gets each forwarded connection. */
export async function acceptPortForward(
  upgrade: UpgradeRequest,
  onConnection: (connection: ForwardedConnection) => void,
  options: { readonly clock?: Clock } = {},
): Promise<PortForward> {
  const kind = upgradeKind(upgrade.req);
  if (!kind) refuseUpgrade(upgrade.socket, 400, 'an upgrade to SPDY/3.1 or WebSocket is required');
  let bytes = upgrade.socket;
  if (kind === 'spdy') acceptSpdy(upgrade, [PROTOCOL], PROTOCOL);
  else bytes = webSocketBytes((await acceptWebSocket(upgrade, [TUNNEL_PROTOCOL])).socket);
  const connection = spdyConnection(bytes, { side: 'server', onStream: pairing(onConnection), ...options });
  return { closed: connection.closed, close: () => connection.close(), destroy: () => connection.destroy() };
}
