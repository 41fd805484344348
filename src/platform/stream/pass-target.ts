// Where a connection or request is passed on to, by mutual TLS, and the error that says why it could not be.
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { messageOf, WorldError } from '#base';
import type { Clock } from '#platform/clock';
import { type ClientTls, checkServer, clientOptions, type TlsCredentials } from '#platform/tls';
import { WAIT_MS_MAX } from './limits.ts';

export interface PassTarget {
  readonly host: string;
  readonly port: number;
  /** Path with query. */
  readonly path: string;
  /** The name in the target's certificate, where it is not `host`. */
  readonly serverName?: string;
}

export type PassTls = ClientTls & TlsCredentials;

/** Headers that are about one connection (RFC 9110 section 7.6.1), or that carry the caller's secrets. */
const NOT_PASSED = new Set([
  'authorization',
  'connection',
  'cookie',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export function passedHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string | string[]> {
  const passed: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && !name.startsWith(':') && !NOT_PASSED.has(name.toLowerCase())) passed[name] = value;
  return passed;
}

/** The target could not be reached, or not in time: then `cause` has the code ETIMEDOUT. */
export function passError(target: PassTarget, cause: unknown): WorldError {
  const subject = `${target.host}:${target.port}`;
  const attempted = 'pass a request on';
  return new WorldError('Unavailable', `${subject} cannot be reached: ${messageOf(cause)}`, {
    attempted,
    subject,
    cause,
  });
}

function timedOut(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}

/** Calls `act` with a time-out error unless cancelled in time. */
export function deadline(clock: Clock, ms: number, act: (error: Error) => void): { cancel(): void } {
  return clock.after(ms, () => act(timedOut(`no answer within ${ms / 1000} s`)), { background: true });
}

/** A mutually authenticated connection, whose server was judged by the clock. Throws WorldError `Unavailable`. */
export function connectTarget(target: PassTarget, tls: PassTls, clock: Clock): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const { host, port } = target;
    const name = target.serverName ?? host;
    // One direction may end before the other; `allowHalfOpen` is documented but not declared.
    const options = { ...clientOptions(tls), host, port, servername: isIP(name) ? '' : name, allowHalfOpen: true };
    const socket = connect(options);
    const late = deadline(clock, WAIT_MS_MAX.connect, (error) => socket.destroy(error));
    const fail = (error: Error): void => {
      late.cancel();
      reject(passError(target, error));
    };
    socket.once('error', fail);
    let refused = false;
    checkServer(socket, { tls, host: name, clock }, (error) => {
      refused = true;
      socket.destroy(error);
    });
    socket.once('secureConnect', () => {
      if (refused) return;
      late.cancel();
      socket.off('error', fail);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}
