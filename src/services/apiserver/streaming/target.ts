// Where a request is passed on to, and the errors that say why it could not be.
import { connect, type TLSSocket } from 'node:tls';
import { messageOf, systemCodeOf } from '#base';
import { ApiError } from '#client';
import type { Clock } from '#platform/clock';
import { TARGET_CONNECT_MS_MAX } from './limits.ts';

export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
  /** Path with query. */
  readonly path: string;
  /** The name in the target's certificate, where it is not `host`. */
  readonly serverName?: string;
}

export interface ProxyTls {
  readonly certPem: string;
  readonly keyPem: string;
  readonly caPem: string;
}

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

/** 504 when the target was too slow, 502 for everything else that went wrong with it. */
export function proxyError(target: ProxyTarget, thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const at = `${target.host}:${target.port}`;
  const slow = systemCodeOf(thrown) === 'ETIMEDOUT';
  return slow
    ? new ApiError(504, 'Timeout', `node agent at ${at} did not answer in time`)
    : new ApiError(502, 'BadGateway', `error dialing node agent at ${at}: ${messageOf(thrown)}`);
}

function timedOut(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}

/** Calls `act` with a time-out error unless cancelled in time. */
export function deadline(clock: Clock, ms: number, act: (error: Error) => void): { cancel(): void } {
  return clock.after(ms, () => act(timedOut(`no answer within ${ms / 1000} s`)), { background: true });
}

export function tlsOptions(target: ProxyTarget, tls: ProxyTls) {
  return {
    host: target.host,
    port: target.port,
    cert: tls.certPem,
    key: tls.keyPem,
    ca: tls.caPem,
    ...(target.serverName && { servername: target.serverName }),
  };
}

/** A mutually authenticated connection. Throws ApiError 502 or 504. */
export function connectTarget(target: ProxyTarget, tls: ProxyTls, clock: Clock): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    // One direction may end before the other; `allowHalfOpen` is documented but not declared.
    const options = { ...tlsOptions(target, tls), allowHalfOpen: true };
    const socket = connect(options);
    const late = deadline(clock, TARGET_CONNECT_MS_MAX, (error) => socket.destroy(error));
    const fail = (error: Error): void => {
      late.cancel();
      reject(proxyError(target, error));
    };
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      late.cancel();
      socket.off('error', fail);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}
