// Passes an upgraded connection (exec, attach, port-forward) raw to a node agent and back. The agent speaks the
// protocol; nothing is looked at or kept here, and when one end goes the other is let go too.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ApiError } from '#client';
import { type Clock, systemClock } from '#platform/clock';
import { connectTarget, type ProxyTarget, type ProxyTls, passedHeaders, proxyError } from './target.ts';

export interface ProxyUpgrade {
  readonly req: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly target: ProxyTarget;
  readonly tls: ProxyTls;
  readonly clock?: Clock;
}

/** Answers an upgrade with an error in the form of the API and closes. */
export function answerUpgradeError(socket: Duplex, error: ApiError): void {
  const { code, reason, message, details } = error;
  const body = JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details !== undefined && { details }),
    code,
  });
  const lines = [
    `HTTP/1.1 ${code} ${reason}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

function requestHead({ req, target }: ProxyUpgrade): string {
  const lines = [`${req.method} ${target.path} HTTP/1.1`, `Host: ${target.host}:${target.port}`];
  for (const [name, value] of Object.entries(passedHeaders(req.headers)))
    for (const one of Array.isArray(value) ? value : [value]) lines.push(`${name}: ${one}`);
  lines.push('Connection: Upgrade', `Upgrade: ${req.headers.upgrade ?? ''}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Resolves when both ends are closed. Never rejects: the client has been told. */
export async function proxyUpgrade(options: ProxyUpgrade): Promise<void> {
  const { socket, head, target, tls, clock = systemClock } = options;
  socket.on('error', () => socket.destroy());
  let upstream: Duplex;
  try {
    upstream = await connectTarget(target, tls, clock);
  } catch (thrown) {
    answerUpgradeError(socket, proxyError(target, thrown));
    return;
  }
  if (socket.destroyed) {
    upstream.destroy();
    return;
  }
  upstream.on('error', () => upstream.destroy());
  const closed = [socket, upstream].map((end) => new Promise<void>((resolve) => end.once('close', () => resolve())));
  socket.once('close', () => upstream.destroy());
  // What the agent sent last still has to reach the client.
  upstream.once('close', () => socket.end(() => socket.destroy()));
  upstream.write(requestHead(options));
  if (head.length > 0) upstream.write(head);
  socket.pipe(upstream).pipe(socket);
  await Promise.all(closed);
}
