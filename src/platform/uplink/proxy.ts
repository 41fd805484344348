// The way through an HTTP proxy: a CONNECT (RFC 9110 section 9.3.6), after which the connection is one to the server behind it.
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { messageOf, WorldError } from '#base';

export interface ProxyAddress {
  readonly host: string;
  readonly port: number;
  /** Value of `Proxy-Authorization`; a secret. */
  readonly authorization?: string;
  /** For people: without user and password. */
  readonly shown: string;
}

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** The address that a URL means. Errors: WorldError `Invalid`, which repeats no password. */
export function proxyAddressOf(text: string): ProxyAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' || url.pathname !== '/' || url.search !== '')
    throw new WorldError('Invalid', 'the address of the proxy is none that can be used', {
      cure: 'give it as http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT; the way to the hub is TLS all the same',
    });
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || 80);
  const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const authorization = login === ':' ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
  return { host, port, shown: `http://${url.host}`, ...(authorization && { authorization }) };
}

const authority = ({ host, port }: Target): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);

/** A connection to the target: straight, or through the proxy. Errors: WorldError `Unavailable`, `Denied` (the proxy refuses). */
export function reach(target: Target, proxy: ProxyAddress | undefined, signal: AbortSignal): Promise<Duplex> {
  return proxy ? throughProxy(target, proxy, signal) : straight(target, signal);
}

function straight(target: Target, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: target.host, port: target.port });
    const fail = (cause: unknown): void => {
      socket.destroy();
      reject(unavailable(`${authority(target)} cannot be reached`, cause));
    };
    socket.once('error', fail);
    signal.addEventListener('abort', () => fail(signal.reason), { once: true });
    socket.once('connect', () => {
      socket.off('error', fail);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}

const unavailable = (what: string, cause: unknown): WorldError =>
  new WorldError('Unavailable', `${what}: ${messageOf(cause)}`, { attempted: 'dial', cause });

function throughProxy(target: Target, proxy: ProxyAddress, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const sent = request({
      host: proxy.host,
      port: proxy.port,
      method: 'CONNECT',
      path: authority(target),
      headers: { host: authority(target), ...(proxy.authorization && { 'proxy-authorization': proxy.authorization }) },
      agent: false,
      signal,
    });
    sent.once('error', (cause) => reject(unavailable(`the proxy ${proxy.shown} cannot be reached`, cause)));
    sent.once('connect', (answer, socket, head) => {
      const status = answer.statusCode ?? 0;
      if (status >= 200 && status < 300 && head.length === 0) {
        socket.setNoDelay(true);
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(refusedBy(proxy, status, authority(target)));
    });
    sent.end();
  });
}

function refusedBy(proxy: ProxyAddress, status: number, to: string): WorldError {
  if (status === 407)
    return new WorldError('Denied', `the proxy ${proxy.shown} wants a user and a password that it knows`, {
      cure: 'give them in its URL: --proxy http://USER:PASSWORD@HOST:PORT',
    });
  const isPortal = (status >= 300 && status < 400) || (status >= 200 && status < 300);
  return new WorldError(
    isPortal ? 'Unavailable' : 'Denied',
    isPortal
      ? `the proxy ${proxy.shown} answers in place of the hub (${status}): a sign-in page may stand before the network`
      : `the proxy ${proxy.shown} does not let ${to} through (${status})`,
    { cure: isPortal ? 'sign in to the network' : `let ${to} through at the proxy` },
  );
}
