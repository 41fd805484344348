// The door to other people's HTTP servers: one request, its answer as a stream of bytes.
import http from 'node:http';
import https from 'node:https';
import { WorldError } from '#base';

export interface Fetched {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Must be read or discarded. */
  readonly body: AsyncIterable<Uint8Array>;
  discard(): void;
  /** The body as text, when it is not longer than `bytesMax`. */
  text(bytesMax: number): Promise<string>;
}

export interface FetchOptions {
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  /** Time to the first byte of the answer, and between two pieces of it. */
  readonly timeoutMs: number;
  /** Authorities to believe beside the machine's own. */
  readonly caPem?: string;
  readonly redirectsMax?: number;
}

const unavailable = (url: URL, cause: unknown): WorldError =>
  new WorldError('Unavailable', `${url.host} cannot be reached: ${(cause as Error).message}`, {
    attempted: 'ask another server',
    subject: url.host,
    cause,
  });

function once(url: URL, options: FetchOptions): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'http:' ? http.request : https.request;
    const request = send(
      url,
      { method: options.method ?? 'GET', headers: options.headers, ca: options.caPem, agent: false },
      (answer) => {
        clearTimeout(timer);
        resolve(answer);
      },
    );
    const tooLate = (): void => void request.destroy(new Error(`no answer within ${options.timeoutMs} ms`));
    // The timer counts the look-up of the name and the connection too, which a socket's own time-out does not.
    const timer = setTimeout(tooLate, options.timeoutMs);
    request.setTimeout(options.timeoutMs, tooLate);
    request.on('error', (cause) => {
      clearTimeout(timer);
      reject(unavailable(url, cause));
    });
    request.end();
  });
}

/** Asks, following redirects (without credentials when the host changes).
 * Errors: WorldError `Unavailable`. */
export async function fetchStream(target: string, options: FetchOptions): Promise<Fetched> {
  let url = new URL(target);
  let headers = options.headers ?? {};
  for (let hops = 0; ; hops++) {
    const answer = await once(url, { ...options, headers });
    const status = answer.statusCode ?? 0;
    const location = answer.headers.location;
    if (status >= 300 && status < 400 && location && hops < (options.redirectsMax ?? 5)) {
      answer.resume();
      const next = new URL(location, url);
      if (next.host !== url.host)
        headers = Object.fromEntries(
          Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'),
        );
      url = next;
      continue;
    }
    return fetched(url, answer, status);
  }
}

function fetched(url: URL, answer: http.IncomingMessage, status: number): Fetched {
  const body = (async function* (): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of answer) yield piece as Uint8Array;
      if (!answer.complete) throw new Error('the answer was cut short');
    } catch (cause) {
      throw unavailable(url, cause);
    }
  })();
  return {
    status,
    headers: answer.headers as Record<string, string | undefined>,
    body,
    discard: () => void answer.destroy(),
    text: async (bytesMax) => {
      const pieces: Uint8Array[] = [];
      let bytes = 0;
      for await (const piece of body) {
        bytes += piece.length;
        if (bytes > bytesMax)
          throw new WorldError('Exhausted', `the answer of ${url.host} is longer than ${bytesMax} bytes`);
        pieces.push(piece);
      }
      return Buffer.concat(pieces).toString();
    },
  };
}
