// One stream of a SPDY connection as a Node.js Duplex: writing sends data frames, ending sends FIN, destroying resets.
// Reading pushes back: `deliver` answers a promise while more is buffered than the limit, for which the connection waits.
import { Duplex } from 'node:stream';
import { SPDY_LIMITS, STREAM_BUFFER_BYTES } from './limits.ts';
import type { SpdyHeaders } from './spdy-headers.ts';

/** What a stream asks of its connection. */
export interface SpdySender {
  data(stream: number, chunk: Buffer, done: (error?: Error | null) => void): void;
  fin(stream: number, done: (error?: Error | null) => void): void;
  reset(stream: number): void;
}

export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: SpdyHeaders;
  readonly #sender: SpdySender;
  #wake: (() => void) | undefined;
  #sentFin = false;
  #gotFin = false;
  #aborted = false;

  constructor(id: number, headers: SpdyHeaders, sender: SpdySender) {
    super({ readableHighWaterMark: STREAM_BUFFER_BYTES, writableHighWaterMark: SPDY_LIMITS.dataFrameBytes * 2 });
    this.id = id;
    this.headers = headers;
    this.#sender = sender;
    // A reset is told by 'close'; whoever cares listens to 'error' as well, nobody has to.
    this.on('error', () => undefined);
  }

  /** Takes what the peer sent. A promise means: send no more until it resolves. */
  deliver(chunk: Buffer, options: { last: boolean }): Promise<void> | undefined {
    if (this.destroyed || this.#gotFin) return undefined;
    const room = chunk.length === 0 || this.push(chunk);
    if (options.last) {
      this.#gotFin = true;
      this.push(null);
    }
    if (room || options.last) return undefined;
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /**
   * The peer reset the stream or the connection is gone. What came before is still read, then it ends: servers of
   * Kubernetes end a finished command by resetting its streams. What is written from then on is thrown away.
   */
  abort(): void {
    this.#aborted = true;
    if (this.destroyed) return;
    this.once('end', () => this.destroy());
    if (!this.#gotFin) {
      this.#gotFin = true;
      this.push(null);
    } else if (this.readableEnded) this.destroy();
  }

  override _read(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const from = (at: number): void => {
      // To a peer that is gone everything is thrown away: what it sent before can then still be read to its end.
      if (this.#aborted || at >= chunk.length) {
        done();
        return;
      }
      const end = at + SPDY_LIMITS.dataFrameBytes;
      this.#sender.data(this.id, chunk.subarray(at, end), (error) => {
        if (error) this.abort();
        from(end);
      });
    };
    from(0);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#sentFin = true;
    if (this.#aborted) done();
    else this.#sender.fin(this.id, () => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#aborted && !(this.#sentFin && this.#gotFin)) this.#sender.reset(this.id);
    this.#wake?.();
    this.#wake = undefined;
    done(error);
  }
}
