// Passes a request on to another server and its answer back as it comes, plain or over TLS that is not checked: what is
// behind such an address is a pod, which has no certificate that anybody could check.
import http, { type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream';
import { WorldError } from '#base';
import { FORWARD_ANSWER_MS_MAX } from './client-limits.ts';
import type { HttpExchange } from './exchange.ts';

export interface ForwardTarget {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** Path with query. */
  readonly path: string;
  /** The target's path under which it is reached, for redirects that name an absolute path. */
  readonly prefix: string;
}

/** Headers of one connection (RFC 9110, 7.6.1), and those that prove who the caller is to us alone. */
const KEPT_BACK: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'host',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function passed(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.startsWith(':') && !KEPT_BACK.has(name)),
  ) as OutgoingHttpHeaders;
}

/** Resolves when the answer has begun. Errors: WorldError `Unavailable` when the target cannot be reached. */
export function forwardRequest(exchange: HttpExchange, target: ForwardTarget): Promise<void> {
  return new Promise((resolve, reject) => {
    const { scheme, host, port, path } = target;
    const agent = scheme === 'https' ? https : http;
    const call = agent.request({
      host,
      port,
      path,
      method: exchange.method,
      headers: { ...passed(exchange.headers), host: `${host}:${port}` },
      agent: false,
      timeout: FORWARD_ANSWER_MS_MAX,
      rejectUnauthorized: false,
    });
    const subject = `${host}:${port}`;
    call.once('timeout', () => call.destroy(new Error('no answer in time')));
    call.once('error', (cause) =>
      reject(
        new WorldError('Unavailable', `error trying to reach service: ${cause.message}`, {
          attempted: 'forward',
          subject,
          cause,
        }),
      ),
    );
    call.once('response', (answer) => {
      call.setTimeout(0);
      const headers = passed(answer.headers);
      const { location } = answer.headers;
      if (location?.startsWith('/')) headers.location = target.prefix + location;
      exchange.response.writeHead(answer.statusCode ?? 502, headers);
      exchange.response.flushHeaders?.();
      pipeline(answer, exchange.response, () => call.destroy());
      resolve();
    });
    exchange.response.once('close', () => call.destroy());
    if (exchange.method === 'GET' || exchange.method === 'HEAD') call.end();
    else pipeline(exchange.request, call, () => undefined);
  });
}
