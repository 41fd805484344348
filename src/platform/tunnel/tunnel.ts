// Both ends of a tunnel: HTTP/2 in clear inside a stream that is safe already; each CONNECT in it carries one connection.
import http2, { type ClientHttp2Session, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { Duplex } from 'node:stream';
import { WorldError } from '#base';
import type { Clock, Timer } from '#platform/clock';
import {
  CONNECTION_WINDOW_BYTES,
  PING_EVERY_MS,
  PING_MS_MAX,
  TUNNEL_CONNECTIONS_MAX,
  TUNNEL_WINDOW_BYTES,
} from './limits.ts';

/** One connection in a tunnel. */
export type TunnelConnection = Duplex;

export interface Tunnel {
  /** A new connection through the tunnel. What is written is sent at once; a refusal comes as an error of the stream.
   * Errors: WorldError `Unavailable` when the tunnel has ended or is full. */
  connect(): Duplex;
  /** Resolves when the tunnel has ended, for whatever reason. */
  readonly ended: Promise<void>;
  close(): void;
}

export interface TunnelServer {
  readonly ended: Promise<void>;
  close(): void;
}

/** `authority` of the CONNECT requests: inside a tunnel there is one server only. */
const AUTHORITY = 'site:443';

/** The end that asks. The tunnel lives as long as `stream`. */
export function openTunnel(stream: Duplex, clock: Clock): Tunnel {
  const session = http2.connect('http://site', {
    createConnection: () => neverWaiting(stream),
    settings: { initialWindowSize: CONNECTION_WINDOW_BYTES, enablePush: false },
  });
  session.on('connect', () => session.setLocalWindowSize(TUNNEL_WINDOW_BYTES));
  const { ended } = lifeOf(session, stream, clock);
  let open = 0;
  return {
    ended,
    close: () => session.destroy(),
    connect: () => {
      if (session.destroyed || session.closed || open >= TUNNEL_CONNECTIONS_MAX)
        throw new WorldError(
          'Unavailable',
          open >= TUNNEL_CONNECTIONS_MAX ? 'the tunnel is full' : 'the tunnel has ended',
        );
      const connection = session.request({ ':method': 'CONNECT', ':authority': AUTHORITY }, { endStream: false });
      open++;
      connection.once('close', () => open--);
      connection.once('response', ({ ':status': status }) => {
        if (status !== 200) connection.destroy(new Error(`the far side refused the connection (${status})`));
      });
      return connection;
    },
  };
}

/** The end that is asked: `take` is given each connection as it comes. */
export function serveTunnel(stream: Duplex, take: (connection: Duplex) => void, clock: Clock): TunnelServer {
  const session = http2.performServerHandshake(neverWaiting(stream), {
    settings: { initialWindowSize: CONNECTION_WINDOW_BYTES, maxConcurrentStreams: TUNNEL_CONNECTIONS_MAX },
  }) as ServerHttp2Session;
  session.setLocalWindowSize(TUNNEL_WINDOW_BYTES);
  session.on('stream', (connection: ServerHttp2Stream, headers) => {
    connection.on('error', () => connection.destroy());
    if (headers[':method'] !== 'CONNECT') {
      connection.respond({ ':status': 405 }, { endStream: true });
      return;
    }
    connection.respond({ ':status': 200 });
    take(connection);
  });
  const { ended } = lifeOf(session, stream, clock);
  return { ended, close: () => session.destroy() };
}

/**
 * The stream with writes that are done at once. A session of Node.js reads nothing while a write of its own waits: when both ends
 * wait, neither reads, and both wait for ever. What is kept here instead is bounded by the windows of the sessions inside.
 */
function neverWaiting(stream: Duplex): Duplex {
  const outer = new Duplex({
    read: () => void stream.resume(),
    write: (piece, _encoding, done) => {
      if (!stream.destroyed && !stream.writableEnded) stream.write(piece);
      done();
    },
    final: (done) => {
      stream.end();
      done();
    },
    destroy: (error, done) => {
      stream.destroy();
      done(error);
    },
  });
  stream.on('data', (piece: Buffer) => {
    if (!outer.push(piece)) stream.pause();
  });
  stream.once('end', () => outer.push(null));
  stream.once('close', () => outer.destroy());
  return outer;
}

/** Session and stream end together, and silence is an end. */
function lifeOf(
  session: ClientHttp2Session | ServerHttp2Session,
  stream: Duplex,
  clock: Clock,
): { ended: Promise<void> } {
  let timer: Timer | undefined;
  const later = (): void => {
    timer = clock.after(PING_EVERY_MS, ping, { background: true });
  };
  const ping = (): void => {
    if (session.destroyed) return;
    timer = clock.after(PING_MS_MAX, () => session.destroy(), { background: true });
    session.ping(() => {
      timer?.cancel();
      later();
    });
  };
  later();
  const end = (): void => {
    timer?.cancel();
    session.destroy();
    stream.destroy();
  };
  const ended = new Promise<void>((resolve) => {
    for (const one of [session, stream]) {
      one.on('error', end);
      one.once('close', () => {
        end();
        resolve();
      });
    }
  });
  return { ended };
}
