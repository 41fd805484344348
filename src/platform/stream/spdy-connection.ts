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
  const clock = options.clock ?? systemClock;
  const streams = new Map<number, SpdyStream>();
  const opening = new Map<number, { accepted(): void; refused(error: Error): void }>();
  const encode = spdyHeaderEncoder();
  const decoder = spdyHeaderDecoder();
  let nextId = options.side === 'client' ? 1 : 2;
  let lastPeerId = 0;
  let closing = false;
  let over = false;

  const send = (bytes: Buffer, done?: (error?: Error | null) => void): void => {
    if (over || socket.writableEnded || socket.destroyed)
      done?.(new WorldError('Unavailable', 'the connection is closed'));
    else socket.write(bytes, done);
  };
  const sender: SpdySender = {
    data(stream, chunk, done) {
      const [head, payload] = spdyDataFrame(stream, 0, chunk);
      socket.cork();
      send(head);
      send(payload, done);
      socket.uncork();
    },
    fin: (stream, done) => send(spdyDataFrame(stream, SPDY_FLAG_FIN, Buffer.alloc(0))[0], done),
    reset: (stream) => send(spdyNumbersFrame(SPDY_TYPE.rstStream, stream, STATUS_CANCEL)),
  };
  const add = (id: number, headers: SpdyHeaders): SpdyStream => {
    const stream = new SpdyStream(id, headers, sender);
    streams.set(id, stream);
    stream.once('close', () => streams.delete(id));
    return stream;
  };

  const accept = async (flags: number, payload: Buffer): Promise<void> => {
    const id = payload.readUInt32BE(0) & 0x7fffffff;
    const headers = await decoder.decode(payload.subarray(10));
    const fromPeer = id % 2 === (options.side === 'server' ? 1 : 0);
    if (!fromPeer || id <= lastPeerId) throw new WorldError('Invalid', `stream ${id} cannot be opened by the peer`);
    lastPeerId = id;
    if (closing || !options.onStream || streams.size >= SPDY_LIMITS.streamsMax)
      return send(spdyNumbersFrame(SPDY_TYPE.rstStream, id, STATUS_REFUSED));
    const stream = add(id, headers);
    const idBytes = Buffer.alloc(4);
    idBytes.writeUInt32BE(id);
    send(spdyControlFrame(SPDY_TYPE.synReply, 0, Buffer.concat([idBytes, encode({})])));
    if (flags & SPDY_FLAG_FIN) stream.deliver(Buffer.alloc(0), { last: true });
    try {
      options.onStream(stream);
    } catch (thrown) {
      stream.destroy(thrown as Error);
    }
  };

  const control = async (type: number, flags: number, payload: Buffer): Promise<void> => {
    const id = payload.length >= 4 ? payload.readUInt32BE(0) & 0x7fffffff : 0;
    if (type === SPDY_TYPE.synStream) return accept(flags, payload);
    if (type === SPDY_TYPE.synReply) {
      await decoder.decode(payload.subarray(4));
      opening.get(id)?.accepted();
      if (flags & SPDY_FLAG_FIN) streams.get(id)?.deliver(Buffer.alloc(0), { last: true });
    } else if (type === SPDY_TYPE.headers) await decoder.decode(payload.subarray(4));
    else if (type === SPDY_TYPE.rstStream) {
      opening.get(id)?.refused(new WorldError('Denied', 'the peer refused the stream'));
      streams.get(id)?.abort();
    } else if (type === SPDY_TYPE.ping && (id % 2 === 1) === (options.side === 'server'))
      send(spdyNumbersFrame(SPDY_TYPE.ping, id));
    // Settings, windows, our own pings and goodbyes ask for nothing; unknown types are to be ignored.
  };

  const handle = (frame: SpdyFrame): Promise<void> | undefined => {
    if (frame.kind === 'control') return control(frame.type, frame.flags, frame.payload);
    return streams.get(frame.stream)?.deliver(frame.payload, { last: (frame.flags & SPDY_FLAG_FIN) !== 0 });
  };

  const serve = async (): Promise<void> => {
    const reader = spdyFrameReader();
    let failure: Error = new WorldError('Unavailable', 'the connection was closed');
    try {
      for await (const chunk of socket as AsyncIterable<Buffer>) {
        reader.push(chunk);
        for (let frame = reader.take(); frame; frame = reader.take()) await handle(frame);
      }
    } catch (thrown) {
      failure = new WorldError('Unavailable', `the connection was lost: ${messageOf(thrown)}`, { cause: thrown });
    }
    over = true;
    decoder.close();
    for (const waiting of opening.values()) waiting.refused(failure);
    for (const stream of streams.values()) stream.abort();
    socket.destroy();
  };
  socket.on('error', () => undefined);
  const closed = serve();

  return {
    closed,
    open: (headers) =>
      new Promise((resolve, reject) => {
        if (over || closing) return reject(new WorldError('Unavailable', 'the connection is closed'));
        const id = nextId;
        nextId += 2;
        const stream = add(id, headers);
        const settle = (act: () => void) => () => {
          opening.delete(id);
          act();
        };
        opening.set(id, {
          accepted: settle(() => resolve(stream)),
          refused: (error) => settle(() => reject(error))(),
        });
        const fixed = Buffer.alloc(10);
        fixed.writeUInt32BE(id);
        send(spdyControlFrame(SPDY_TYPE.synStream, 0, Buffer.concat([fixed, encode(headers)])));
      }),
    async close() {
      if (!closing) {
        closing = true;
        send(spdyNumbersFrame(SPDY_TYPE.goAway, lastPeerId, 0), () => undefined);
        socket.end();
      }
      const cut = clock.after(WAIT_MS_MAX.linger, () => socket.destroy(), { background: true });
      await closed;
      cut.cancel();
    },
    destroy: () => void socket.destroy(),
  };
}
