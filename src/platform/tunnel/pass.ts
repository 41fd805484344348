// Hands an HTTP request, or a connection that was upgraded, on through a connection of a tunnel. Nothing is looked at or kept;
// when one end goes the other is let go too.
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf, WorldError } from '#base';
import { type Clock, systemClock } from '#platform/clock';
import { type PassedRequest, passedHeaders, type UpgradeRequest } from '#platform/stream';
import { ANSWER_MS_MAX } from './limits.ts';

export interface TunneledCall {
  readonly connection: Duplex;
  /** Path with query, as the far side is to see it. */
  readonly path: string;
  /** The `Host` that the far side is to see. */
  readonly host: string;
  /** Set in place of whatever the client sent under these names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers of the client that are not passed on, beside those that no proxy passes on. */
  drops?(name: string): boolean;
  readonly clock?: Clock;
}

function headersOf(
  { host, headers, drops }: TunneledCall,
  received: PassedRequest['headers'],
): Record<string, string | string[]> {
  const passed = Object.entries(passedHeaders(received)).filter(([name]) => !drops?.(name));
  return { ...Object.fromEntries(passed), host, ...headers };
}

const unavailable = (cause: unknown): WorldError =>
  new WorldError('Unavailable', `the tunnel broke: ${messageOf(cause)}`, { attempted: 'pass a request on', cause });

/** Throws WorldError `Unavailable` as long as nothing was answered. An answer that breaks off is broken off for the client too. */
export async function passTunneled(
  call: TunneledCall & { readonly req: PassedRequest; readonly res: ServerResponse },
): Promise<void> {
  const { connection, req, res, clock = systemClock } = call;
  res.once('close', () => connection.destroy());
  try {
    const answer = await ask(call, clock);
    res.writeHead(answer.statusCode ?? 502, passedHeaders(answer.headers));
    res.flushHeaders?.();
    await pipeline(answer, res).catch(() => res.destroy());
  } finally {
    connection.destroy();
    req.resume();
  }
}

function ask(call: TunneledCall & { readonly req: PassedRequest }, clock: Clock): Promise<IncomingMessage> {
  const { connection, req, path } = call;
  return new Promise((resolve, reject) => {
    const method = req.method ?? 'GET';
    const sent = request({ createConnection: () => connection, path, method, headers: headersOf(call, req.headers) });
    const late = clock.after(ANSWER_MS_MAX, () => sent.destroy(new Error('no answer in time')), { background: true });
    const fail = (cause: Error): void => {
      late.cancel();
      reject(unavailable(cause));
    };
    sent.once('response', (answer) => {
      late.cancel();
      resolve(answer);
    });
    sent.on('error', fail);
    connection.once('close', () => fail(new Error('the connection ended')));
    if (method === 'GET' || method === 'HEAD') sent.end();
    // What goes wrong on the way is told by the request's own error.
    else pipeline(req, sent).catch(() => undefined);
  });
}

/** Resolves when both ends are closed. */
export async function passTunneledUpgrade(call: TunneledCall & UpgradeRequest): Promise<void> {
  const { connection, socket, head, req, path } = call;
  const lines = Object.entries(headersOf(call, req.headers)).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => `${name}: ${one}`),
  );
  const ends = [socket, connection];
  const closed = ends.map((end) => new Promise<void>((resolve) => end.once('close', () => resolve())));
  for (const end of ends) end.on('error', () => end.destroy());
  socket.once('close', () => connection.destroy());
  // What the far side sent last still has to reach the client, unless it broke off.
  connection.once('end', () => socket.end());
  connection.once('close', () => (connection.readableEnded ? socket.end(() => socket.destroy()) : socket.destroy()));
  connection.write(
    `${req.method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\nconnection: Upgrade\r\nupgrade: ${req.headers.upgrade ?? ''}\r\n\r\n`,
  );
  if (head.length > 0) connection.write(head);
  socket.pipe(connection);
  connection.pipe(socket, { end: false });
  await Promise.all(closed);
}
