// A SPDY/3.1 connection over any duplex byte stream: opens and accepts streams, answers pings, shuts down in order.
// Flow control is TCP's: the peers that speak SPDY to Kubernetes (client-go, containerd) neither grant nor keep SPDY windows, so
// none are enforced; a stream that nobody reads stops the reading of the connection instead. Source: SPDY draft 3.1.
import type { Duplex } from 'node:stream';
import { messageOf, WorldError } from '#base';
import { type Clock, systemClock } from '#platform/clock';
import { SPDY_LIMITS, WAIT_MS_MAX } from './limits.ts';
import {
  SPDY_FLAG_FIN,
  SPDY_TYPE,
  type SpdyFrame,
  spdyControlFrame,
  spdyDataFrame,
  spdyFrameReader,
  spdyNumbersFrame,
} from './spdy-frame.ts';
import { type SpdyHeaders, spdyHeaderDecoder, spdyHeaderEncoder } from './spdy-headers.ts';
import { type SpdySender, SpdyStream } from './spdy-stream.ts';

const STATUS_REFUSED = 3;
const STATUS_CANCEL = 5;

export interface SpdyConnection {
  /** Opens a stream; resolves when the peer has accepted it. */
  open(headers: SpdyHeaders): Promise<SpdyStream>;
  /** Resolves when the connection is over, by whichever side. Never rejects. */
  readonly closed: Promise<void>;
  /** Sends what is written, says goodbye, waits a bounded time for the peer to close. Streams must go on being read. */
  close(): Promise<void>;
  destroy(): void;
}

export interface SpdyOptions {
  readonly side: 'client' | 'server';
  /** Called for each stream that the peer opens; throwing refuses it. */
  onStream?(stream: SpdyStream): void;
  readonly clock?: Clock;
}

export function spdyConnection(socket: Duplex, options: SpdyOptions): SpdyConnection {
  return new Connection(socket, options);
}

/** A stream that was asked for, until the peer says what it thinks of it. */
interface Opening {
  accepted(): void;
  refused(error: Error): void;
}

class Connection implements SpdyConnection {
  readonly closed: Promise<void>;
  readonly #socket: Duplex;
  readonly #options: SpdyOptions;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #opening = new Map<number, Opening>();
  readonly #encode = spdyHeaderEncoder();
  readonly #decoder = spdyHeaderDecoder();
  #nextId: number;
  #lastPeerId = 0;
  #closing = false;
  #over = false;

  constructor(socket: Duplex, options: SpdyOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#nextId = options.side === 'client' ? 1 : 2;
    socket.on('error', () => undefined);
    this.closed = this.#serve();
  }

  open(headers: SpdyHeaders): Promise<SpdyStream> {
    return new Promise((resolve, reject) => {
      if (this.#over || this.#closing) return reject(new WorldError('Unavailable', 'the connection is closed'));
      const id = this.#nextId;
      this.#nextId += 2;
      const stream = this.#add(id, headers);
      const settle = (act: () => void) => () => {
        this.#opening.delete(id);
        act();
      };
      this.#opening.set(id, {
        accepted: settle(() => resolve(stream)),
        refused: (error) => settle(() => reject(error))(),
      });
      const fixed = Buffer.alloc(10);
      fixed.writeUInt32BE(id);
      this.#send(spdyControlFrame(SPDY_TYPE.synStream, 0, Buffer.concat([fixed, this.#encode(headers)])));
    });
  }

  async close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = true;
      this.#send(spdyNumbersFrame(SPDY_TYPE.goAway, this.#lastPeerId, 0), () => undefined);
      this.#socket.end();
    }
    const clock = this.#options.clock ?? systemClock;
    const cut = clock.after(WAIT_MS_MAX.linger, () => this.#socket.destroy(), { background: true });
    await this.closed;
    cut.cancel();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #serve(): Promise<void> {
    const reader = spdyFrameReader();
    let failure: Error = new WorldError('Unavailable', 'the connection was closed');
    try {
      for await (const chunk of this.#socket as AsyncIterable<Buffer>) {
        reader.push(chunk);
        for (let frame = reader.take(); frame; frame = reader.take()) await this.#handle(frame);
      }
    } catch (thrown) {
      failure = new WorldError('Unavailable', `the connection was lost: ${messageOf(thrown)}`, { cause: thrown });
    }
    this.#over = true;
    this.#decoder.close();
    for (const waiting of this.#opening.values()) waiting.refused(failure);
    for (const stream of this.#streams.values()) stream.abort();
    this.#socket.destroy();
  }

  #handle(frame: SpdyFrame): Promise<void> | undefined {
    if (frame.kind === 'control') return this.#control(frame.type, frame.flags, frame.payload);
    return this.#streams.get(frame.stream)?.deliver(frame.payload, { last: (frame.flags & SPDY_FLAG_FIN) !== 0 });
  }

  async #control(type: number, flags: number, payload: Buffer): Promise<void> {
    const id = payload.length >= 4 ? payload.readUInt32BE(0) & 0x7fffffff : 0;
    if (type === SPDY_TYPE.synStream) return this.#accept(flags, payload);
    if (type === SPDY_TYPE.synReply) {
      await this.#decoder.decode(payload.subarray(4));
      this.#opening.get(id)?.accepted();
      if (flags & SPDY_FLAG_FIN) this.#streams.get(id)?.deliver(Buffer.alloc(0), { last: true });
    } else if (type === SPDY_TYPE.headers) await this.#decoder.decode(payload.subarray(4));
    else if (type === SPDY_TYPE.rstStream) {
      this.#opening.get(id)?.refused(new WorldError('Denied', 'the peer refused the stream'));
      this.#streams.get(id)?.abort();
    } else if (type === SPDY_TYPE.ping && (id % 2 === 1) === (this.#options.side === 'server'))
      this.#send(spdyNumbersFrame(SPDY_TYPE.ping, id));
    // Settings, windows, our own pings and goodbyes ask for nothing; unknown types are to be ignored.
  }

  async #accept(flags: number, payload: Buffer): Promise<void> {
    const { side } = this.#options;
    const id = payload.readUInt32BE(0) & 0x7fffffff;
    const headers = await this.#decoder.decode(payload.subarray(10));
    const fromPeer = id % 2 === (side === 'server' ? 1 : 0);
    if (!fromPeer || id <= this.#lastPeerId)
      throw new WorldError('Invalid', `stream ${id} cannot be opened by the peer`);
    this.#lastPeerId = id;
    if (this.#closing || !this.#options.onStream || this.#streams.size >= SPDY_LIMITS.streamsMax)
      return this.#send(spdyNumbersFrame(SPDY_TYPE.rstStream, id, STATUS_REFUSED));
    const stream = this.#add(id, headers);
    const idBytes = Buffer.alloc(4);
    idBytes.writeUInt32BE(id);
    this.#send(spdyControlFrame(SPDY_TYPE.synReply, 0, Buffer.concat([idBytes, this.#encode({})])));
    if (flags & SPDY_FLAG_FIN) stream.deliver(Buffer.alloc(0), { last: true });
    try {
      this.#options.onStream(stream);
    } catch (thrown) {
      stream.destroy(thrown as Error);
    }
  }

  #add(id: number, headers: SpdyHeaders): SpdyStream {
    const stream = new SpdyStream(id, headers, this.#sender);
    this.#streams.set(id, stream);
    stream.once('close', () => this.#streams.delete(id));
    return stream;
  }

  readonly #sender: SpdySender = {
    data: (stream, chunk, done) => {
      const [head, payload] = spdyDataFrame(stream, 0, chunk);
      this.#socket.cork();
      this.#send(head);
      this.#send(payload, done);
      this.#socket.uncork();
    },
    fin: (stream, done) => this.#send(spdyDataFrame(stream, SPDY_FLAG_FIN, Buffer.alloc(0))[0], done),
    reset: (stream) => this.#send(spdyNumbersFrame(SPDY_TYPE.rstStream, stream, STATUS_CANCEL)),
  };

  #send(bytes: Buffer, done?: (error?: Error | null) => void): void {
    if (this.#over || this.#socket.writableEnded || this.#socket.destroyed)
      done?.(new WorldError('Unavailable', 'the connection is closed'));
    else this.#socket.write(bytes, done);
  }
}
