// Passes a plain request (logs, metrics, /proxy) to a node agent and its answer back, chunk by chunk as it comes.
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Clock, systemClock } from '#platform/clock';
import { acceptOneWayStream, type UpgradeRequest } from '#platform/stream';
import { TARGET_ANSWER_MS_MAX } from './limits.ts';
import { deadline, type ProxyTarget, type ProxyTls, passedHeaders, proxyError, tlsOptions } from './target.ts';

/** What both HTTP/1.1 and HTTP/2 requests of Node.js are. */
export type ProxiedRequest = Readable & { readonly method?: string; readonly headers: IncomingHttpHeaders };
/** What both kinds of answers are. */
export type ProxiedAnswer = Writable & { writeHead(status: number, headers: OutgoingHttpHeaders): unknown };

interface Call {
  readonly target: ProxyTarget;
  readonly tls: ProxyTls;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body?: Readable;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

function ask({ target, tls, method, headers, body, signal, clock }: Call): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const call = request({
      ...tlsOptions(target, tls),
      path: target.path,
      method,
      headers: passedHeaders(headers),
      agent: false,
      signal,
    });
    const late = deadline(clock, TARGET_ANSWER_MS_MAX, (error) => call.destroy(error));
    call.once('response', (answer) => {
      late.cancel();
      resolve(answer);
    });
    call.once('error', (error) => {
      late.cancel();
      reject(proxyError(target, error));
    });
    if (!body) call.end();
    // The call's own 'error' tells what went wrong on the way.
    else pipeline(body, call).catch(() => undefined);
  });
}

function aborter(client: Readable | Writable): AbortController {
  const controller = new AbortController();
  client.once('close', () => controller.abort());
  return controller;
}

/**
 * Throws ApiError 502 or 504 as long as nothing was answered. When the target breaks off later the client's answer is
 * broken off too, so that it cannot be taken for whole.
 */
export async function proxyRequest(options: {
  readonly req: ProxiedRequest;
  readonly res: ProxiedAnswer;
  readonly target: ProxyTarget;
  readonly tls: ProxyTls;
  readonly clock?: Clock;
}): Promise<void> {
  const { req, res, target, tls, clock = systemClock } = options;
  const method = req.method ?? 'GET';
  const body = method === 'GET' || method === 'HEAD' ? undefined : req;
  const { signal } = aborter(res);
  const answer = await ask({ target, tls, method, headers: req.headers, body, signal, clock });
  res.writeHead(answer.statusCode ?? 502, passedHeaders(answer.headers));
  if ('flushHeaders' in res) (res as { flushHeaders(): void }).flushHeaders();
  await pipeline(answer, res).catch(() => res.destroy());
}

/** The answer of a GET as messages of a WebSocket (logs in browsers). Throws ApiError as long as nothing was answered. */
export async function proxyToWebSocket(options: {
  readonly upgrade: UpgradeRequest;
  readonly target: ProxyTarget;
  readonly tls: ProxyTls;
  readonly clock?: Clock;
}): Promise<void> {
  const { upgrade, target, tls, clock = systemClock } = options;
  const { signal } = aborter(upgrade.socket);
  const answer = await ask({ target, tls, method: 'GET', headers: {}, signal, clock });
  const stream = await acceptOneWayStream(upgrade, { clock });
  await pipeline(answer, stream.output).catch(() => undefined);
  await stream.closed;
}
