// Requests to an API server over connections that stay open, by HTTP/1.1 or HTTP/2. A thin client on purpose: what it costs
// is taken from the same cores that the server runs on.
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type { Target } from './kubeconfig.ts';

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

export interface Asked {
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
}

export type Protocol = 'h1' | 'h2';

export interface Connection {
  request(method: string, path: string, asked?: Asked): Promise<Answer>;
  close(): void;
}

const JSON_TYPE = 'application/json';

/** The answer's body as JSON when its status is one of those expected. Errors: any other status. */
export async function expectJson<T = unknown>(answer: Promise<Answer>, ...statuses: number[]): Promise<T> {
  return JSON.parse((await expectStatus(answer, ...statuses)).body.toString()) as T;
}

export async function expectStatus(answer: Promise<Answer>, ...statuses: number[]): Promise<Answer> {
  const got = await answer;
  if (!statuses.includes(got.status)) throw new Error(`HTTP ${got.status}: ${got.body.toString().slice(0, 400)}`);
  return got;
}

function overHttp1(target: Target, connections: number): Connection {
  const plain = target.server.protocol === 'http:';
  const { request } = plain ? http : https;
  const settings = { keepAlive: true, maxSockets: connections };
  const agent = plain ? new http.Agent(settings) : new https.Agent({ ...settings, ...target.tls });
  return {
    request: (method, path, asked = {}) =>
      new Promise((resolve, reject) => {
        const body = asked.body === undefined ? undefined : Buffer.from(JSON.stringify(asked.body));
        const headers: http.OutgoingHttpHeaders = { accept: asked.accept ?? JSON_TYPE, ...target.headers };
        if (body) {
          headers['content-type'] = asked.contentType ?? JSON_TYPE;
          headers['content-length'] = body.length;
        }
        const sent = request(new URL(path, target.server), { method, agent, headers }, (message) => {
          const chunks: Buffer[] = [];
          message.on('data', (chunk: Buffer) => chunks.push(chunk));
          message.on('end', () => resolve({ status: message.statusCode ?? 0, body: Buffer.concat(chunks) }));
          message.on('error', reject);
        });
        sent.on('error', reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}

function overHttp2(target: Target, connections: number): Connection {
  const sessions = Array.from({ length: connections }, () => http2.connect(target.server.origin, target.tls));
  // A session's failure reaches the requests that are on it.
  for (const session of sessions) session.on('error', () => session.destroy());
  let turn = 0;
  return {
    request: (method, path, asked = {}) =>
      new Promise((resolve, reject) => {
        const session = sessions[turn++ % sessions.length];
        if (!session) return reject(new Error('no connection'));
        const body = asked.body === undefined ? undefined : Buffer.from(JSON.stringify(asked.body));
        const headers: http2.OutgoingHttpHeaders = {
          ':method': method,
          ':path': path,
          accept: asked.accept ?? JSON_TYPE,
          ...target.headers,
          ...(body ? { 'content-type': asked.contentType ?? JSON_TYPE } : {}),
        };
        const sent = session.request(headers);
        const chunks: Buffer[] = [];
        let status = 0;
        sent.on('response', (got) => {
          status = got[':status'] ?? 0;
        });
        sent.on('data', (chunk: Buffer) => chunks.push(chunk));
        sent.on('end', () => resolve({ status, body: Buffer.concat(chunks) }));
        sent.on('error', reject);
        sent.end(body);
      }),
    close: () => {
      for (const session of sessions) session.close();
    },
  };
}

export function connect(target: Target, of: { connections: number; protocol?: Protocol }): Connection {
  return of.protocol === 'h2' ? overHttp2(target, of.connections) : overHttp1(target, of.connections);
}
