// Passes a plain request to another server and its answer back, chunk by chunk as it comes.
import { type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Clock, systemClock } from '#platform/clock';
import { WAIT_MS_MAX } from './limits.ts';
import { acceptOneWayStream } from './one-way.ts';
import { connectTarget, deadline, type PassTarget, type PassTls, passError, passedHeaders } from './pass-target.ts';
import type { UpgradeRequest } from './upgrade.ts';

/** What both HTTP/1.1 and HTTP/2 requests of Node.js are. */
export type PassedRequest = Readable & { readonly method?: string; readonly headers: IncomingHttpHeaders };
/** What both kinds of answers are. */
export type PassedAnswer = Writable & { writeHead(status: number, headers: OutgoingHttpHeaders): unknown };

interface Call {
  readonly target: PassTarget;
  readonly tls: PassTls;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body?: Readable;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

async function ask({ target, tls, method, headers, body, signal, clock }: Call): Promise<IncomingMessage> {
  const socket = await connectTarget(target, tls, clock);
  return new Promise((resolve, reject) => {
    const call = request({
      host: target.host,
      port: target.port,
      path: target.path,
      method,
      headers: passedHeaders(headers),
      createConnection: () => socket,
      signal,
    });
    // A connection is made for one call.
    call.once('close', () => socket.destroy());
    const late = deadline(clock, WAIT_MS_MAX.answer, (error) => call.destroy(error));
    call.once('response', (answer) => {
      late.cancel();
      resolve(answer);
    });
    call.once('error', (error) => {
      late.cancel();
      reject(passError(target, error));
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
 * Throws WorldError `Unavailable` as long as nothing was answered. When the target breaks off later the client's answer is
 * broken off too, so that it cannot be taken for whole.
 */
export async function passRequest(options: {
  readonly req: PassedRequest;
  readonly res: PassedAnswer;
  readonly target: PassTarget;
  readonly tls: PassTls;
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

/** The answer of a GET as messages of a WebSocket (logs in browsers). Throws WorldError `Unavailable` as long as nothing was answered. */
export async function passToWebSocket(options: {
  readonly upgrade: UpgradeRequest;
  readonly target: PassTarget;
  readonly tls: PassTls;
  readonly clock?: Clock;
}): Promise<void> {
  const { upgrade, target, tls, clock = systemClock } = options;
  const { signal } = aborter(upgrade.socket);
  const answer = await ask({ target, tls, method: 'GET', headers: {}, signal, clock });
  const stream = await acceptOneWayStream(upgrade, { clock });
  await pipeline(answer, stream.output).catch(() => undefined);
  await stream.closed;
}
