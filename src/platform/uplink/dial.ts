// Dials: a way to the server, TLS with our certificate, the caller's judgement of the server's, then HTTP/2 as soon as both sides
// have said how they speak it. Whatever else answers at the address is told from a server of ours.
import http2, { type ClientHttp2Session } from 'node:http2';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { messageOf, systemCodeOf, WorldError } from '#base';
import type { Clock } from '#platform/clock';
import type { Uplink } from './contract.ts';
import { CHAIN_LENGTH_MAX, CONNECTION_WINDOW_BYTES, STREAM_WINDOW_BYTES } from './limits.ts';
import { type ProxyAddress, reach, type Target } from './proxy.ts';
import { uplinkOf } from './session.ts';

export interface Dialling extends Target {
  readonly proxy?: ProxyAddress;
  /** What we identify ourselves with, if we can already. */
  readonly identity?: { readonly certPem: string; readonly keyPem: string };
  /** Why the server with these certificates (DER, its own first) is not believed; undefined: it is. */
  judge(chain: readonly Uint8Array[]): string | undefined;
  readonly clock: Clock;
  /** Gives the attempt up. */
  readonly signal: AbortSignal;
}

/** Errors: WorldError `Unavailable` (no way there), `Unsupported` (something else answers), `Denied` (a proxy refuses, or the server
 * is not believed). */
export async function dialUplink(dialling: Dialling): Promise<Uplink> {
  const way = await reach(dialling, dialling.proxy, dialling.signal);
  try {
    const socket = await secure(way, dialling);
    const problem = dialling.judge(chainOf(socket));
    if (problem !== undefined) throw new WorldError('Denied', problem, { attempted: 'know the hub' });
    if (socket.alpnProtocol !== 'h2') throw somethingElse('it speaks no HTTP/2');
    return uplinkOf(await speak(socket, dialling.signal), dialling.clock);
  } catch (error) {
    way.destroy();
    throw error;
  }
}

const somethingElse = (what: string, cause?: unknown): WorldError =>
  new WorldError('Unsupported', `what answers is no hub: ${what}`, {
    attempted: 'dial',
    cure: 'see that the URL is that of the hub, and that no sign-in page of the network stands before it',
    cause,
  });

function secure(way: Duplex, { host, identity, signal }: Dialling): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      socket: way,
      ...(identity && { cert: identity.certPem, key: identity.keyPem }),
      // An address is no server name (RFC 6066 section 3).
      servername: isIP(host) ? '' : host,
      ALPNProtocols: ['h2'],
      minVersion: 'TLSv1.3',
      // The caller judges, by his clock; Node.js would by the system's.
      rejectUnauthorized: false,
    });
    const fail = (cause: unknown): void => {
      socket.destroy();
      reject(isOtherSpeech(cause) ? somethingElse('it speaks no TLS that a hub speaks', cause) : broke(cause));
    };
    socket.once('error', fail);
    way.once('close', () => fail(new Error('the connection was closed')));
    signal.addEventListener('abort', () => fail(signal.reason), { once: true });
    // Later, because Node.js is still inside of OpenSSL here: a server that is not believed is hung up on, which frees what that reads.
    socket.once('secureConnect', () =>
      setImmediate(() => {
        socket.off('error', fail);
        socket.on('error', () => socket.destroy());
        resolve(socket);
      }),
    );
  });
}

const broke = (cause: unknown): WorldError =>
  new WorldError('Unavailable', `the connection broke before the hub was known: ${messageOf(cause)}`, {
    attempted: 'dial',
    cause,
  });

/** OpenSSL's errors over what is no TLS, or none that can be agreed on. */
const isOtherSpeech = (cause: unknown): boolean => /^(ERR_SSL_|EPROTO)/.test(systemCodeOf(cause) ?? '');

/** What the server showed, its own first. */
function chainOf(socket: TLSSocket): Uint8Array[] {
  const chain: Uint8Array[] = [];
  let at: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (at?.raw && chain.length < CHAIN_LENGTH_MAX) {
    chain.push(at.raw);
    at = at.issuerCertificate === at ? undefined : at.issuerCertificate;
  }
  return chain;
}

function speak(socket: TLSSocket, signal: AbortSignal): Promise<ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const session = http2.connect('https://hub', {
      createConnection: () => socket,
      settings: { initialWindowSize: STREAM_WINDOW_BYTES, enablePush: false },
    });
    const fail = (cause: unknown): void => {
      session.destroy();
      reject(broke(cause));
    };
    session.once('error', fail);
    session.once('close', () => fail(new Error('the connection was closed')));
    signal.addEventListener('abort', () => fail(signal.reason), { once: true });
    session.once('remoteSettings', () => {
      session.off('error', fail);
      session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
      resolve(session);
    });
  });
}
