// Takes what is left of a body that nobody wants. Whoever answers over HTTP/1.1 while the other end still sends, and closes the
// connection, has the kernel throw the answer away with what was not read (RFC 9112 section 9.6).
import type { IncomingMessage } from 'node:http';
import { DISCARD_BYTES_MAX, DISCARD_MS } from './limits.ts';

/** Over HTTP/2 a stream is closed by itself, and its answer arrives all the same. A request without a body is not complete yet while
 * its head is handled. */
export function isUnread(request: IncomingMessage): boolean {
  if (request.httpVersionMajor !== 1 || request.complete || request.destroyed) return false;
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  return coding !== undefined || Number(length ?? 0) > 0;
}

/** Calls `done` once: at the end of the body, when it is too long or too slow to be waited for, or when the peer has left. */
export function discardBody(request: IncomingMessage, done: () => void): void {
  let leftBytes = DISCARD_BYTES_MAX;
  const finish = (): void => {
    clearTimeout(timer);
    request.off('data', take);
    for (const event of ['end', 'close'] as const) request.off(event, finish);
    done();
  };
  const take = (piece: Buffer): void => {
    leftBytes -= piece.length;
    if (leftBytes < 0) finish();
  };
  const timer = setTimeout(finish, DISCARD_MS);
  request.on('data', take);
  for (const event of ['end', 'close'] as const) request.on(event, finish);
  request.resume();
}
