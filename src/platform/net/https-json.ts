// One small question to an HTTPS server of ours: a JSON document by GET, with a client certificate.
import https from 'node:https';
import { WorldError } from '#base';

const ANSWER_BYTES_MAX = 8 * 1024 * 1024;

export interface HttpsJsonOptions {
  readonly host: string;
  readonly port: number;
  readonly caPem: string;
  readonly certPem: string;
  readonly keyPem: string;
  readonly timeoutMs: number;
}

export interface HttpsJsonAsker {
  /** Status and parsed body (undefined when it is no JSON). Errors: WorldError `Unavailable`. */
  get(path: string): Promise<{ readonly status: number; readonly body: unknown }>;
  close(): void;
}

/** Asks one server again and again over a connection that is kept. */
export function httpsJsonAsker(options: HttpsJsonOptions): HttpsJsonAsker {
  const { host, port, caPem, certPem, keyPem, timeoutMs } = options;
  const agent = new https.Agent({ keepAlive: true, maxSockets: 2, ca: caPem, cert: certPem, key: keyPem });
  return {
    get: (path) =>
      new Promise((resolve, reject) => {
        const fail = (cause: Error): void =>
          reject(
            new WorldError('Unavailable', `${host}:${port} does not answer: ${cause.message}`, {
              attempted: 'ask',
              subject: path,
              cause,
            }),
          );
        const signal = AbortSignal.timeout(timeoutMs);
        const request = https.get({ host, port, path, agent, signal }, (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            text += chunk;
            if (text.length > ANSWER_BYTES_MAX) request.destroy(new Error('the answer is too long'));
          });
          response.on('error', fail);
          response.on('end', () => {
            let body: unknown;
            try {
              body = JSON.parse(text);
            } catch {
              body = undefined;
            }
            resolve({ status: response.statusCode ?? 0, body });
          });
        });
        request.on('error', fail);
      }),
    close: () => agent.destroy(),
  };
}
