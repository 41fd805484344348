// Requests and answers as JSON lines over a unix socket: one request a connection, any number of answers, then the end.
import fs from 'node:fs';
import net from 'node:net';
import { messageOf, systemCodeOf, WorldError } from '#base';

/** A request or an answer longer than this is refused; both are small records. */
const LINE_BYTES_MAX = 4 * 1024 * 1024;

export interface LineServer {
  close(): Promise<void>;
}

/** Answers a request with a stream of values. Breaking off (the caller went away) ends the generator. */
export type LineHandler = (request: unknown) => AsyncIterable<unknown>;

async function* linesOf(socket: net.Socket): AsyncGenerator<unknown> {
  let rest = '';
  socket.setEncoding('utf8');
  // Who stops reading may still be writing: leaving the loop must not close the socket.
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<string>) {
    rest += chunk;
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line);
    if (rest.length > LINE_BYTES_MAX) throw new WorldError('Invalid', 'a line is too long');
  }
}

/** Listens on a unix socket that only its owner may use. A socket file left over by a dead server is replaced. */
export async function serveLines(path: string, handle: LineHandler): Promise<LineServer> {
  const sockets = new Set<net.Socket>();
  const serve = async (socket: net.Socket): Promise<void> => {
    for await (const request of linesOf(socket)) {
      for await (const answer of handle(request)) {
        if (socket.destroyed) return;
        if (!socket.write(`${JSON.stringify(answer)}\n`))
          await new Promise((resolve) => {
            socket.once('drain', resolve);
            socket.once('close', resolve);
          });
      }
      break;
    }
  };
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    serve(socket)
      .catch((error) => socket.write(`${JSON.stringify({ error: { code: 'Failed', message: messageOf(error) } })}\n`))
      .finally(() => socket.end());
  });
  fs.rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve());
  });
  fs.chmodSync(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroySoon();
      }),
  };
}

/** Sends one request and yields the answers. Errors: WorldError `Unavailable` when nobody listens. */
export async function* callLines(path: string, request: unknown): AsyncGenerator<unknown> {
  const socket = net.connect({ path, allowHalfOpen: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    socket.write(`${JSON.stringify(request)}\n`);
    yield* linesOf(socket);
  } catch (cause) {
    const code = systemCodeOf(cause);
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EPIPE')
      throw new WorldError('Unavailable', `nobody answers at ${path}`, { attempted: 'call', subject: path, cause });
    throw cause;
  } finally {
    socket.destroy();
  }
}
