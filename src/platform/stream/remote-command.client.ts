// Runs a command on a streaming server of a container runtime (CRI Exec and Attach), over SPDY/3.1 and protocol v4, the one
// way in which every runtime lets stdin be ended. Source: Kubernetes CRI, ExecResponse.url.
import { type IncomingMessage, request } from 'node:http';
import type { Duplex, Readable, Writable } from 'node:stream';
import { messageOf, WorldError } from '#base';
import { type Clock, systemClock } from '#platform/clock';
import { type CommandResult, commandStatusDecode } from './command-status.ts';
import type { CommandStreams } from './command-transport.ts';
import { STATUS_BYTES_MAX, WAIT_MS_MAX } from './limits.ts';
import { type SpdyConnection, spdyConnection } from './spdy-connection.ts';
import type { SpdyStream } from './spdy-stream.ts';
import { resizeEncode, type TerminalSize } from './terminal-resize.ts';

const PROTOCOL = 'v4.channel.k8s.io';

export interface RunningCommand {
  readonly stdin?: Writable;
  readonly stdout?: Readable;
  readonly stderr?: Readable;
  resize(size: TerminalSize): void;
  /** How it ended; `error` also when the connection was lost. Never rejects. Output may still be in the streams. */
  readonly result: Promise<CommandResult>;
  destroy(): void;
}

function upgraded(url: string, clock: Clock): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const subject = new URL(url).host;
    const fail = (message: string, cause?: unknown): void =>
      reject(new WorldError('Unavailable', message, { attempted: 'reach the streaming server', subject, cause }));
    const call = request(url, {
      method: 'POST',
      headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': PROTOCOL },
    });
    const late = clock.after(WAIT_MS_MAX.upgrade, () => call.destroy(new Error('no answer in time')));
    call.on('upgrade', (_answer, socket, head) => {
      late.cancel();
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    call.on('response', (answer: IncomingMessage) => {
      late.cancel();
      answer.resume();
      fail(`the streaming server answered ${answer.statusCode}`);
    });
    call.on('error', (error) => {
      late.cancel();
      fail(messageOf(error), error);
    });
    call.end();
  });
}

async function readResult(connection: SpdyConnection, error: SpdyStream): Promise<CommandResult> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of error as AsyncIterable<Buffer>) {
      bytes += part.length;
      if (bytes <= STATUS_BYTES_MAX) parts.push(part);
    }
  } catch (thrown) {
    // The runtime may cut the connection right after the status; what came counts.
    if (bytes === 0) return { error: messageOf(thrown) };
  } finally {
    void connection.close();
  }
  return commandStatusDecode(Buffer.concat(parts));
}

/** Starts the command behind `url`. Throws WorldError `Unavailable` when the server cannot be reached or refuses. */
export async function openRemoteCommand(
  url: string,
  streams: CommandStreams,
  options: { readonly clock?: Clock } = {},
): Promise<RunningCommand> {
  const clock = options.clock ?? systemClock;
  const connection = spdyConnection(await upgraded(url, clock), { side: 'client', clock });
  const open = async (has: boolean, streamtype: string): Promise<SpdyStream | undefined> =>
    has ? connection.open({ streamtype }) : undefined;
  try {
    const error = (await open(true, 'error')) as SpdyStream;
    const stdin = await open(streams.stdin, 'stdin');
    const stdout = await open(streams.stdout, 'stdout');
    const stderr = await open(streams.stderr && !streams.tty, 'stderr');
    const resize = await open(streams.tty, 'resize');
    error.end();
    stdout?.end();
    stderr?.end();
    stdin?.resume();
    resize?.resume();
    return {
      ...(stdin && { stdin }),
      ...(stdout && { stdout }),
      ...(stderr && { stderr }),
      resize: (size) => void resize?.write(resizeEncode(size)),
      result: readResult(connection, error),
      destroy: () => connection.destroy(),
    };
  } catch (thrown) {
    connection.destroy();
    throw thrown;
  }
}
