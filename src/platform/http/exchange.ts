// One request and its answer, the same for HTTP/1.1 and HTTP/2. It adds nothing to the path of a small request: the body is
// collected by a callback, the answer goes out in one write.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse, Http2Session } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { type ClientTrust, type PeerIdentity, peerWatch } from '#platform/tls';
import { discardBody, isUnread } from './discard.ts';

export type RawRequest = IncomingMessage | Http2ServerRequest;
export type RawResponse = ServerResponse | Http2ServerResponse;
export type AnswerHeaders = Record<string, string | readonly string[] | number>;

/** What is known of a connection for as long as it lives; `memo` is the owner's to keep things by connection. */
export interface Connection {
  /** Who it is now: a certificate that has ended meanwhile, or whose authority was dropped, is refused. */
  readonly peer: PeerIdentity;
  /** DER of the certificate that the other end showed, not yet believed; undefined when it showed none. */
  readonly peerCertificate: Uint8Array | undefined;
  readonly remoteAddress: string;
  memo?: unknown;
  /** Called once when the connection is gone. */
  onClose(act: () => void): void;
  /** Cuts it off, with everything that goes over it. */
  destroy(): void;
}

/** A long answer, written piece by piece. */
export interface AnswerStream {
  /** Bytes given to `write` that the network has not taken yet. */
  readonly pendingBytes: number;
  write(piece: Uint8Array): void;
  end(piece?: Uint8Array): void;
  /** Cuts the connection off without a proper end. */
  destroy(): void;
  /** Called once when the answer is over, for whatever reason. */
  onClose(act: () => void): void;
  onDrain(act: () => void): void;
}

const connections = Symbol('connection');
type Carrier = { [connections]?: Connection };

function connectionOf(request: RawRequest, trust: ClientTrust): Connection {
  const carrier = ('stream' in request ? request.stream.session : request.socket) as Carrier;
  carrier[connections] ??= describe(
    'stream' in request ? (request.stream.session as Http2Session) : (request.socket as TLSSocket),
    trust,
  );
  return carrier[connections];
}

/** What carries requests of one client: a socket of HTTP/1.1, a session of HTTP/2. */
function describe(carrier: TLSSocket | Http2Session, trust: ClientTrust): Connection {
  const tls = ('socket' in carrier ? carrier.socket : carrier) as TLSSocket;
  const certificate = tls.getPeerX509Certificate?.();
  const peer = peerWatch(certificate, trust);
  return {
    get peer() {
      return peer();
    },
    get peerCertificate() {
      return certificate?.raw;
    },
    remoteAddress: tls.remoteAddress ?? '',
    onClose: (act) => void (carrier as TLSSocket).once('close', act),
    destroy: () => void carrier.destroy(),
  };
}

export class HttpExchange {
  readonly request: RawRequest;
  readonly #response: RawResponse;
  readonly #trust: ClientTrust;
  #extra: AnswerHeaders | undefined;
  /** An answer waits for the rest of a body to be out of its way. */
  #waits = false;

  constructor(request: RawRequest, response: RawResponse, trust: ClientTrust) {
    this.request = request;
    this.#response = response;
    this.#trust = trust;
  }

  get method(): string {
    return this.request.method ?? 'GET';
  }
  /** Path and query as sent. */
  get url(): string {
    return this.request.url ?? '/';
  }
  get headers(): IncomingHttpHeaders {
    return this.request.headers;
  }
  get connection(): Connection {
    return connectionOf(this.request, this.#trust);
  }
  /** Whether the answer has begun. */
  get answered(): boolean {
    return this.#waits || this.#response.headersSent;
  }

  /** Sets a header that any later answer carries. */
  setHeader(name: string, value: string | readonly string[]): void {
    this.#extra = { ...this.#extra, [name]: value };
  }

  /** The whole body; undefined when it is larger than `bytesMax` (the rest is not read). Never called when the peer leaves. */
  readBody(bytesMax: number, done: (body: Buffer | undefined) => void): void {
    const declared = Number(this.headers['content-length'] ?? 0);
    if (declared > bytesMax) {
      done(undefined);
      return;
    }
    const pieces: Buffer[] = [];
    let bytes = 0;
    const take = (piece: Buffer): void => {
      bytes += piece.length;
      if (bytes <= bytesMax) {
        pieces.push(piece);
        return;
      }
      this.request.off('data', take);
      this.request.off('end', finish);
      this.request.resume();
      done(undefined);
    };
    const finish = (): void => done(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, bytes));
    this.request.on('data', take);
    this.request.on('end', finish);
  }

  /** The status of the answer, once it has begun. */
  get status(): number {
    return this.#response.statusCode;
  }

  /** Called once when the answer is out, or the connection gone. */
  onClose(act: () => void): void {
    (this.#response as ServerResponse).once?.('close', act);
  }

  /** Answers in full; what is left of the body is taken first. */
  send(status: number, headers: AnswerHeaders, body: Uint8Array | string): void {
    if (this.answered || this.#response.destroyed) return;
    const request = this.request as IncomingMessage;
    if (!isUnread(request)) {
      this.#answer(status, headers, body);
      return;
    }
    this.#waits = true;
    discardBody(request, () => {
      this.#waits = false;
      if (!this.#response.destroyed) this.#answer(status, headers, body);
    });
  }

  #answer(status: number, headers: AnswerHeaders, body: Uint8Array | string): void {
    const all = this.#allHeaders(headers);
    if (status !== 204 && status !== 304)
      all['content-length'] = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    (this.#response as ServerResponse).writeHead(status, all as Record<string, string>);
    (this.#response as ServerResponse).end(this.method === 'HEAD' ? undefined : body);
  }

  /** Begins an answer of unknown length. */
  stream(status: number, headers: AnswerHeaders): AnswerStream {
    const response = this.#response as ServerResponse;
    response.writeHead(status, this.#allHeaders(headers) as Record<string, string>);
    response.flushHeaders?.();
    let corked = false;
    const uncork = (): void => {
      corked = false;
      response.uncork?.();
    };
    return {
      get pendingBytes() {
        return response.writableLength;
      },
      write: (piece) => {
        if (response.destroyed || response.writableEnded) return;
        if (!corked && response.cork) {
          corked = true;
          response.cork();
          process.nextTick(uncork);
        }
        response.write(piece);
      },
      end: (piece) => {
        if (response.writableEnded) return;
        // What is corked would be lost behind the end.
        if (corked) uncork();
        response.end(piece);
      },
      destroy: () => void response.destroy(),
      onClose: (act) => void response.once('close', act),
      onDrain: (act) => void response.on('drain', act),
    };
  }

  /** The answer as Node.js has it, for those who pass another server's answer through. */
  get response(): ServerResponse {
    return this.#response as ServerResponse;
  }

  #allHeaders(headers: AnswerHeaders): AnswerHeaders {
    return this.#extra ? { ...this.#extra, ...headers } : headers;
  }
}
