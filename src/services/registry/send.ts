// Sends a stream of bytes as an answer, no faster than the client takes it.
import type { AnswerHeaders, HttpExchange } from '#platform/http';
import { SEND_PENDING_BYTES_MAX } from './limits.ts';

/** Ends when all is sent or the client is gone; a source that fails cuts the connection, so that nobody takes a part for the whole. */
export async function sendPieces(
  exchange: HttpExchange,
  status: number,
  headers: AnswerHeaders,
  source: AsyncIterable<Uint8Array>,
): Promise<void> {
  const stream = exchange.stream(status, headers);
  let closed = false;
  let wake = (): void => undefined;
  stream.onClose(() => {
    closed = true;
    wake();
  });
  stream.onDrain(() => wake());
  try {
    for await (const piece of source) {
      if (closed) return;
      stream.write(piece);
      if (stream.pendingBytes > SEND_PENDING_BYTES_MAX) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    stream.end();
  } catch (error) {
    stream.destroy();
    throw error;
  }
}
