// Passes an upgraded connection raw to another server and back. Nothing is looked at or kept here, and when one end
// goes the other is let go too.
import { type Clock, systemClock } from '#platform/clock';
import { connectTarget, type PassTarget, type PassTls, passedHeaders } from './pass-target.ts';
import type { UpgradeRequest } from './upgrade.ts';

export interface PassUpgrade extends UpgradeRequest {
  readonly target: PassTarget;
  readonly tls: PassTls;
  readonly clock?: Clock;
}

function requestHead({ req, target }: PassUpgrade): string {
  const lines = [`${req.method} ${target.path} HTTP/1.1`, `Host: ${target.host}:${target.port}`];
  for (const [name, value] of Object.entries(passedHeaders(req.headers)))
    for (const one of Array.isArray(value) ? value : [value]) lines.push(`${name}: ${one}`);
  lines.push('Connection: Upgrade', `Upgrade: ${req.headers.upgrade ?? ''}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Resolves when both ends are closed. Throws WorldError `Unavailable` as long as the client was told nothing. */
export async function passUpgrade(options: PassUpgrade): Promise<void> {
  const { socket, head, target, tls, clock = systemClock } = options;
  socket.on('error', () => socket.destroy());
  const upstream = await connectTarget(target, tls, clock);
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
