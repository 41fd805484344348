// Several byte streams in one WebSocket: the first byte of a message is the channel (in the base64 variants the first
// character is its digit and the rest is base64). From v5 on, channel 255 says which channel its sender has ended.
// Source: Kubernetes channel.k8s.io subprotocols.
import { Readable, Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import { type Clock, systemClock } from '#platform/clock';
import { STREAM_BUFFER_BYTES, WAIT_MS_MAX } from './limits.ts';
import { messageBytes } from './websocket.ts';

const CLOSE_CHANNEL = 255;

export interface ChannelSocket {
  /** What the peer sends on a channel; ends when the peer ends the channel or goes. Once a channel. */
  readable(channel: number): Readable;
  /** Sends on a channel. Ending it sends nothing: only the whole socket can be closed by a server. */
  writable(channel: number): Writable;
  /** Told of each message of a channel that has no readable. */
  onMessage(channel: number, listener: (payload: Buffer) => void): void;
  readonly closed: Promise<void>;
  close(): Promise<void>;
  destroy(): void;
}

export interface ChannelOptions {
  readonly base64: boolean;
  readonly halfClose: boolean;
  readonly clock?: Clock;
}

function decode(data: Buffer, base64: boolean): { channel: number; payload: Buffer } | undefined {
  const first = data[0];
  if (first === undefined) return undefined;
  if (!base64) return { channel: first, payload: data.subarray(1) };
  return { channel: first - 0x30, payload: Buffer.from(data.toString('latin1', 1), 'base64') };
}

function channelWritable(socket: WebSocket, channel: number, base64: boolean): Writable {
  const writable = new Writable({
    write(chunk: Buffer, _encoding, done) {
      // To a client that is gone everything is thrown away; `closed` tells.
      const sent = (): void => done();
      if (base64) socket.send(`${channel}${chunk.toString('base64')}`, { binary: false }, sent);
      else socket.send(Buffer.concat([Buffer.of(channel), chunk]), { binary: true }, sent);
    },
  });
  return writable.on('error', () => undefined);
}

export function channelSocket(socket: WebSocket, options: ChannelOptions): ChannelSocket {
  const readables = new Map<number, Readable>();
  const listeners = new Map<number, (payload: Buffer) => void>();
  const clock = options.clock ?? systemClock;
  const endAll = (): void => {
    for (const readable of readables.values()) if (!readable.destroyed && !readable.readableEnded) readable.push(null);
    readables.clear();
  };
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      endAll();
      resolve();
    });
  });
  socket.on('message', (data) => {
    const message = decode(messageBytes(data), options.base64);
    if (!message) return;
    if (options.halfClose && message.channel === CLOSE_CHANNEL) {
      const ended = message.payload[0] ?? CLOSE_CHANNEL;
      readables.get(ended)?.push(null);
      readables.delete(ended);
      return;
    }
    const readable = readables.get(message.channel);
    if (!readable) listeners.get(message.channel)?.(message.payload);
    else if (message.payload.length > 0 && !readable.destroyed && !readable.push(message.payload)) socket.pause();
  });
  return {
    closed,
    readable(channel) {
      const readable = new Readable({
        highWaterMark: STREAM_BUFFER_BYTES,
        read: () => socket.resume(),
        destroy(error, done) {
          readables.delete(channel);
          socket.resume();
          done(error);
        },
      });
      readables.set(channel, readable);
      return readable.on('error', () => undefined);
    },
    writable: (channel) => channelWritable(socket, channel, options.base64),
    onMessage: (channel, listener) => void listeners.set(channel, listener),
    async close() {
      for (const readable of readables.values()) readable.resume();
      socket.close(1000);
      const cut = clock.after(WAIT_MS_MAX.linger, () => socket.terminate(), { background: true });
      await closed;
      cut.cancel();
    },
    destroy: () => socket.terminate(),
  };
}
