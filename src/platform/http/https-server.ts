// A TLS server for HTTP/1.1 and HTTP/2 on one port. Client certificates are asked for and judged by the given authorities and
// clock; a connection without a good one is let in, and its requests say so. Certificates can be swapped while it runs.
import type { IncomingMessage } from 'node:http';
import http2, { type Http2ServerRequest, type Http2ServerResponse, type Http2Session } from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions, TLSSocket } from 'node:tls';
import { WorldError } from '#base';
import type { WallClock } from '#platform/clock';
import { type ClientTrust, clientTrust, type ServerTls } from '#platform/tls';
import { HttpExchange, type RawRequest, type RawResponse } from './exchange.ts';
import {
  DRAIN_MS,
  HANDSHAKE_MS_MAX,
  HEADER_BYTES_MAX,
  HTTP2_STREAMS_MAX,
  HTTP2_WINDOW_BYTES,
  KEEP_ALIVE_MS,
  SLOW_CHECK_MS,
} from './limits.ts';

/** What an upgrade hands over: the connection, and what was read of it already. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

export interface HttpsServerOptions {
  readonly listen: readonly Address[];
  readonly tls: ServerTls;
  /** What client certificates are judged by. */
  readonly clock: WallClock;
  onRequest(exchange: HttpExchange): void;
  /** An HTTP/1.1 upgrade (SPDY, WebSocket); without it upgrades are refused. */
  onUpgrade?(exchange: HttpExchange, upgrade: Upgrade): void;
  /** An extended CONNECT of HTTP/2 (RFC 8441), not yet answered; without it they are refused. */
  onConnect?(exchange: HttpExchange, connect: ExtendedConnect): void;
  /** Time after which a connection of HTTP/2 that says nothing is cut; absent: never. */
  readonly idleMsMax?: number;
  /** Sockets that listen at each address. The event loop takes one connection a turn off each, so that under load a single one
   * lets those wait that dial. Absent: one. */
  readonly acceptors?: number;
}

export interface ExtendedConnect {
  /** `:protocol`; empty for a plain CONNECT. */
  readonly protocol: string;
  /** Says yes; from then on the stream carries what the protocol says. */
  accept(): Duplex;
}

export interface HttpsServer {
  /** One a `listen`, in its order. */
  readonly ports: readonly number[];
  /** New connections use these from now on; every connection is judged by these authorities from its next request on. */
  setCredentials(tls: ServerTls): void;
  /** Stops listening, lets open requests end for a moment, then cuts. */
  close(): Promise<void>;
}

/** Errors: WorldError `Conflict` when an address is taken, `Denied` when it may not be bound. */
export async function listenHttps(options: HttpsServerOptions): Promise<HttpsServer> {
  const servers: OneServer[] = [];
  const ports: number[] = [];
  const trust = clientTrust(options.tls.clientCaPem, options.clock);
  try {
    for (const at of options.listen) {
      const { acceptors = 1 } = options;
      if (acceptors > 1 && at.port !== 0) await checkFree(at);
      const first = await listenOne({ ...at, reusePort: acceptors > 1 }, options, trust);
      servers.push(first);
      ports.push(first.port);
      for (let i = 1; i < acceptors; i++)
        servers.push(await listenOne({ ...at, port: first.port, reusePort: true }, options, trust));
    }
  } catch (error) {
    await Promise.all(servers.map((server) => server.close()));
    throw error;
  }
  return {
    ports,
    setCredentials: (tls) => {
      trust.set(tls.clientCaPem);
      for (const server of servers) server.setCredentials(tls);
    },
    close: async () => {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

interface OneServer {
  readonly port: number;
  setCredentials(tls: ServerTls): void;
  close(): Promise<void>;
}

/** TLS 1.2 is the oldest version spoken, as Kubernetes does. */
function contextOf(tls: ServerTls): SecureContextOptions {
  return { cert: tls.certPem, key: tls.keyPem, ca: tls.clientCaPem, minVersion: 'TLSv1.2' };
}

function makeServer(options: HttpsServerOptions, trust: ClientTrust): http2.Http2SecureServer {
  const server = http2.createSecureServer({
    ...contextOf(options.tls),
    allowHTTP1: true,
    requestCert: true,
    rejectUnauthorized: false,
    handshakeTimeout: HANDSHAKE_MS_MAX,
    maxHeaderSize: HEADER_BYTES_MAX,
    connectionsCheckingInterval: SLOW_CHECK_MS,
    settings: {
      maxConcurrentStreams: HTTP2_STREAMS_MAX,
      initialWindowSize: HTTP2_WINDOW_BYTES,
      enableConnectProtocol: options.onConnect !== undefined,
    },
  } as http2.SecureServerOptions);
  server.on('request', (request, response) => {
    response.on('error', () => response.destroy());
    options.onRequest(new HttpExchange(request as RawRequest, response as RawResponse, trust));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (!options.onUpgrade) return void socket.end('HTTP/1.1 501 Not Implemented\r\nconnection: close\r\n\r\n');
    options.onUpgrade(new HttpExchange(request, refusingResponse(socket), trust), { request, socket, head });
  });
  const { onConnect, idleMsMax } = options;
  if (onConnect)
    server.on('connect', (request: Http2ServerRequest, response: Http2ServerResponse) => {
      response.on('error', () => response.destroy());
      onConnect(new HttpExchange(request, response, trust), extendedConnect(request));
    });
  if (idleMsMax) server.on('session', (session) => session.setTimeout(idleMsMax, () => session.destroy()));
  Object.assign(server, { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0, headersTimeout: HANDSHAKE_MS_MAX });
  server.on('tlsClientError', (_error, socket: TLSSocket) => socket.destroy());
  server.on('sessionError', (_error, session: Http2Session) => session.destroy());
  return server;
}

function extendedConnect({ stream, headers }: Http2ServerRequest): ExtendedConnect {
  return {
    protocol: String(headers[':protocol'] ?? ''),
    accept: () => {
      stream.respond({ ':status': 200 });
      // What it carries shares the window of its connection, which is small until it is needed.
      stream.session?.setLocalWindowSize(HTTP2_WINDOW_BYTES);
      return stream;
    },
  };
}

async function listenOne(
  at: Address & { readonly reusePort: boolean },
  options: HttpsServerOptions,
  trust: ClientTrust,
): Promise<OneServer> {
  const server = makeServer(options, trust);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await listening(server, at);
  return {
    port: (server.address() as AddressInfo).port,
    setCredentials: (tls) => server.setSecureContext(contextOf(tls)),
    close: () =>
      new Promise((resolve) => {
        const cut = setTimeout(() => {
          for (const socket of sockets) socket.destroy();
        }, DRAIN_MS);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        for (const socket of sockets) if (isIdle(socket)) socket.destroy();
      }),
  };
}

interface Address {
  readonly host: string;
  readonly port: number;
}

function listening(server: Server, at: Address & { readonly reusePort?: boolean }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const code = cause.code === 'EADDRINUSE' ? 'Conflict' : cause.code === 'EACCES' ? 'Denied' : 'Failed';
      const subject = `${at.host}:${at.port}`;
      reject(
        new WorldError(code, `cannot listen on ${subject}: ${cause.message}`, { attempted: 'listen', subject, cause }),
      );
    });
    server.listen(at, () => resolve());
  });
}

/** Sockets that share a port share it with those of any process of the same user that ask for it as well; one that does not ask
 * finds out whether the port is taken. Errors: WorldError `Conflict`, `Denied`. */
async function checkFree(at: Address): Promise<void> {
  const server = createServer();
  await listening(server, at);
  await new Promise((resolve) => server.close(resolve));
}

function isIdle(socket: Socket): boolean {
  return socket.bytesWritten === 0;
}

/** Answers on a socket that asked for an upgrade, for refusals before the upgrade happens. */
function refusingResponse(socket: Duplex): RawResponse {
  let sent = false;
  let head = '';
  const response = {
    get headersSent() {
      return sent;
    },
    get destroyed() {
      return socket.destroyed;
    },
    writeHead(status: number, headers: Record<string, string | number>) {
      sent = true;
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      head = `HTTP/1.1 ${status} Refused\r\n${lines.join('')}connection: close\r\n\r\n`;
    },
    end(body?: Uint8Array | string) {
      socket.write(head);
      socket.end(body);
    },
  };
  return response as unknown as RawResponse;
}
