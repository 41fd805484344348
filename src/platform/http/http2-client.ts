// Speaks HTTP/2 to one server over one connection, which is made when it is needed and made anew after it broke.
// Everything under way on a broken connection fails at once; whoever asked decides whether to ask again.
import http2, { type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { WorldError } from '#base';
import type { Clock, Timer } from '#platform/clock';
import { type ClientTls, checkServer, clientOptions } from '#platform/tls';
import { ANSWER_MS_MAX, type Patience, USUAL_PATIENCE } from './client-limits.ts';
import { HTTP2_WINDOW_BYTES } from './limits.ts';

export interface Http2Request {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export interface Http2Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface StreamReceiver {
  /** Called once, before any data. */
  head(status: number): void;
  data(piece: Buffer): void;
  /** The last call; `error` when the stream broke. */
  end(error?: WorldError): void;
}

export interface Http2Client {
  /** Errors: WorldError `Unavailable` when the server cannot be reached or does not answer. */
  request(request: Http2Request): Promise<Http2Answer>;
  /** An answer that goes on; `close` ends it without a further call. */
  stream(request: Http2Request, receiver: StreamReceiver): { close(): void };
  /** What the next connection identifies itself with and believes. */
  setTls(tls: ClientTls): void;
  close(): void;
}

interface Options {
  /** "https://host:port" */
  readonly origin: string;
  readonly tls: ClientTls;
  readonly clock: Clock;
  readonly patience?: Patience;
}

export function http2Client(options: Options): Http2Client {
  return new Connection(options);
}

class Connection implements Http2Client {
  readonly #options: Options;
  #tls: ClientTls;
  #session: ClientHttp2Session | undefined;
  #ping: Timer | undefined;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    this.#tls = options.tls;
  }

  setTls(tls: ClientTls): void {
    this.#tls = tls;
    // Requests under way end on the old connection; new ones go over a new one.
    this.#session?.close();
    this.#session = undefined;
  }

  request(request: Http2Request): Promise<Http2Answer> {
    return new Promise((resolve, reject) => {
      const pieces: Buffer[] = [];
      let status = 0;
      let headers: IncomingHttpHeaders = {};
      let timer: Timer | undefined;
      const open = this.#open(request, {
        head: (code, received) => {
          status = code;
          headers = received;
        },
        data: (piece) => void pieces.push(piece),
        end: (error) => {
          timer?.cancel();
          if (error) reject(error);
          else resolve({ status, headers, body: pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces) });
        },
      });
      timer = this.#options.clock.after(ANSWER_MS_MAX, () => open.fail('no answer in time'), { background: true });
    });
  }

  stream(request: Http2Request, receiver: StreamReceiver): { close(): void } {
    return this.#open(request, receiver);
  }

  close(): void {
    this.#closed = true;
    this.#ping?.cancel();
    this.#session?.destroy();
    this.#session = undefined;
  }

  #open(
    request: Http2Request,
    receiver: {
      head(status: number, headers: IncomingHttpHeaders): void;
      data(piece: Buffer): void;
      end(error?: WorldError): void;
    },
  ): { close(): void; fail(why: string): void } {
    let over = false;
    let begun = false;
    let stream: ClientHttp2Stream | undefined;
    const finish = (why?: string): void => {
      if (over) return;
      over = true;
      if (stream && !stream.destroyed) stream.close(http2.constants.NGHTTP2_CANCEL);
      receiver.end(why === undefined ? undefined : this.#unavailable(why));
    };
    try {
      // Said outright, because a DELETE may have a body, which Node.js does not expect.
      stream = this.#connected().request(
        { ':method': request.method, ':path': request.path, ...request.headers },
        { endStream: request.body === undefined },
      );
    } catch (error) {
      queueMicrotask(() => finish(error instanceof Error ? error.message : 'no connection'));
      return {
        close: () => {
          over = true;
        },
        fail: finish,
      };
    }
    stream.on('response', (headers) => {
      begun = true;
      if (!over) receiver.head(Number(headers[':status']), headers);
    });
    stream.on('data', (piece: Buffer) => {
      if (!over) receiver.data(piece);
    });
    stream.on('error', (error) => finish(error.message));
    stream.on('end', () => {
      if (begun && stream?.rstCode === http2.constants.NGHTTP2_NO_ERROR) finish();
    });
    stream.on('close', () => finish('the connection broke'));
    if (request.body !== undefined) stream.end(request.body);
    return {
      close: () => {
        over = true;
        if (stream && !stream.destroyed) stream.close(http2.constants.NGHTTP2_CANCEL);
      },
      fail: finish,
    };
  }

  #connected(): ClientHttp2Session {
    if (this.#closed) throw new Error('the client is closed');
    if (this.#session && !this.#session.closed && !this.#session.destroyed) return this.#session;
    const { origin, clock, patience = USUAL_PATIENCE } = this.#options;
    const session = http2.connect(origin, {
      settings: { initialWindowSize: HTTP2_WINDOW_BYTES, enablePush: false },
      createConnection: ({ hostname, port }) => this.#dial(hostname, Number(port), (error) => session.destroy(error)),
    });
    this.#session = session;
    const connecting = clock.after(patience.connectMs, () => session.destroy(new Error('no connection in time')), {
      background: true,
    });
    const forget = (): void => {
      connecting.cancel();
      if (this.#session === session) this.#session = undefined;
    };
    session.on('connect', () => {
      connecting.cancel();
      // A session that was given up, because its server cannot be believed, says that it is connected all the same.
      if (session.destroyed) return;
      session.setLocalWindowSize(HTTP2_WINDOW_BYTES);
      this.#keepAlive(session);
    });
    session.on('goaway', forget);
    session.on('error', forget);
    session.on('close', forget);
    return session;
  }

  /** The server is judged before the first request goes out. */
  #dial(host: string, port: number, refuse: (error: Error) => void): TLSSocket {
    const tls = this.#tls;
    // An address is no server name (RFC 6066 section 3).
    const servername = isIP(host) ? '' : host;
    const socket = connect({ ...clientOptions(tls), host, port, servername, ALPNProtocols: ['h2'] });
    checkServer(socket, { tls, host, clock: this.#options.clock }, refuse);
    return socket;
  }

  /** A connection whose other end is gone without a word is found out by a ping that nobody answers. */
  #keepAlive(session: ClientHttp2Session): void {
    const { clock, patience = USUAL_PATIENCE } = this.#options;
    const { pingEveryMs, pingMs } = patience;
    this.#ping?.cancel();
    this.#ping = clock.after(
      pingEveryMs,
      () => {
        if (session.destroyed || session.closed) return;
        const late = clock.after(pingMs, () => session.destroy(new Error('the server went silent')), {
          background: true,
        });
        session.ping(() => {
          late.cancel();
          this.#keepAlive(session);
        });
      },
      { background: true },
    );
  }

  #unavailable(why: string): WorldError {
    const { origin } = this.#options;
    return new WorldError('Unavailable', `${origin}: ${why}`, { attempted: 'ask the server', subject: origin });
  }
}
