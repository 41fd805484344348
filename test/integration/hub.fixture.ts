// A hub in a folder of its own, with a clock that tests move, and a small site that speaks to it: real TLS on loopback, the
// hub's certificate judged as a site judges it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import http2, { type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { type HubFile, hubFolders } from '../../src/model/hub/index.ts';
import {
  type HeartbeatRequest,
  type IdentityAnswer,
  LINK_PATHS,
  LINK_PROTOCOL_VERSION,
  type LinkRefusal,
  TUNNEL_PROTOCOL,
  tokenParse,
} from '../../src/model/link/index.ts';
import { type Clock, type FakeClock, fakeClock } from '../../src/platform/clock/index.ts';
import { memoryLog } from '../../src/platform/log/index.ts';
import { testFolder } from '../../src/platform/process/index.ts';
import {
  certificateSha256,
  newCertificateRequest,
  newKeyPem,
  verifyCertificate,
} from '../../src/platform/x509/index.ts';
import { type Hub, type HubOptions, startHub } from '../../src/services/hub/index.ts';

export const NOW = Date.UTC(2026, 0, 1);
export const DAY_MS = 86_400_000;

export interface TestHub {
  readonly folder: string;
  readonly clock: FakeClock;
  readonly log: ReturnType<typeof memoryLog>;
  hub: Hub;
  token(site?: string): Promise<string>;
  /** The same data, in a new hub. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export const newFolder = (): string => testFolder('hub');

export async function testHub(folder = newFolder(), wiring: Pick<HubOptions, 'standsFor'> = {}): Promise<TestHub> {
  const clock = fakeClock(NOW);
  const log = memoryLog();
  const file: HubFile = {
    formatVersion: 1,
    id: 'test',
    addresses: ['127.0.0.1'],
    port: 0,
    createdAt: '2026-01-01T00:00:00Z',
  };
  const start = (): Promise<Hub> =>
    startHub({
      hub: file,
      folders: hubFolders(folder),
      clock,
      log,
      lost: (error) => assert.fail(error.message),
      ...wiring,
    });
  const of: TestHub = {
    folder,
    clock,
    log,
    hub: await start(),
    token: async (site) => (await of.hub.operator.token({ site, hours: 24 })).token,
    restart: async () => {
      await of.hub.stop();
      of.hub = await start();
    },
    close: async () => {
      await of.hub.stop();
      fs.rmSync(folder, { recursive: true });
    },
  };
  return of;
}

export interface Answered {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
  readonly body: any;
}

interface SiteOptions {
  readonly port: number;
  readonly id: string;
  readonly name?: string;
  readonly clock?: Clock;
}

/** Every certificate that a server sent, leaf first. */
function sentChain(socket: TLSSocket): Buffer[] {
  const chain: Buffer[] = [];
  let at: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (at && !chain.some((one) => one.equals(at?.raw as Buffer))) {
    chain.push(at.raw);
    at = at.issuerCertificate;
  }
  return chain;
}

const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;

export class TestSite {
  readonly id: string;
  readonly name: string;
  keyPem = newKeyPem();
  certPem: string | undefined;
  hubCaPem: string | undefined;
  #port: number;
  #session: ClientHttp2Session | undefined;

  constructor({ port, id, name = id }: SiteOptions) {
    this.#port = port;
    this.id = id;
    this.name = name;
  }

  get described() {
    return { id: this.id, name: this.name, version: '0.1.0' };
  }

  csr(keyPem = this.keyPem): Promise<string> {
    return newCertificateRequest({ commonName: 'ignored', keyPem });
  }

  /** A connection to the hub that the token or the last identity names. Throws when another one answers. */
  async connect(trust: { readonly token?: string } = {}): Promise<ClientHttp2Session> {
    if (this.#session && !this.#session.destroyed && !this.#session.closed) return this.#session;
    const session = http2.connect(`https://127.0.0.1:${this.#port}`, {
      rejectUnauthorized: false,
      ...(this.certPem && { cert: this.certPem, key: this.keyPem }),
    });
    session.on('error', () => session.destroy());
    await once(session, 'connect');
    const chain = sentChain(session.socket as TLSSocket);
    const pinned = tokenParse(trust.token ?? '')?.hubCaSha256;
    const anchorsPem = pinned ? chain.map(pem).find((one) => certificateSha256(one) === pinned) : this.hubCaPem;
    const verdict = verifyCertificate({
      chain,
      anchors: anchorsPem ?? '',
      use: 'server',
      name: '127.0.0.1',
      nowMs: NOW,
    });
    if (verdict.kind !== 'valid') {
      session.destroy();
      throw new Error(`this is not the hub: ${JSON.stringify(verdict)}`);
    }
    this.#session = session;
    return session;
  }

  /** Another port after a restart of the hub, or another identity: the next request makes a new connection. */
  disconnect(port = this.#port): void {
    this.#session?.destroy();
    this.#session = undefined;
    this.#port = port;
  }

  async ask(of: {
    path: string;
    method?: string;
    body?: unknown;
    headers?: Record<string, string>;
    token?: string;
  }): Promise<Answered> {
    const session = await this.connect(of);
    const text = typeof of.body === 'string' ? of.body : JSON.stringify(of.body);
    const stream = session.request(
      { ':method': of.method ?? 'POST', ':path': of.path, ...of.headers },
      { endStream: false },
    );
    return answered(stream, of.body === undefined ? undefined : text);
  }

  enrol(token: string, more: Record<string, unknown> = {}): Promise<Answered> {
    return this.#identity(LINK_PATHS.enrol, { token, site: this.described, ...more }, token);
  }

  renew(more: Record<string, unknown> = {}): Promise<Answered> {
    return this.#identity(LINK_PATHS.renew, more);
  }

  reenrol(more: Record<string, unknown> = {}): Promise<Answered> {
    return this.#identity(LINK_PATHS.reenrol, { site: this.described, certPem: this.certPem, ...more });
  }

  async #identity(at: string, fields: Record<string, unknown>, token?: string): Promise<Answered> {
    const body = { protocol: LINK_PROTOCOL_VERSION, csrPem: await this.csr(), ...fields };
    const answer = await this.ask({ path: at, body, token });
    if (answer.status === 200) {
      const { certPem, hubCaPem } = answer.body as IdentityAnswer;
      Object.assign(this, { certPem, hubCaPem });
      this.disconnect();
    }
    return answer;
  }

  heartbeat(more: Record<string, unknown> = {}): Promise<Answered> {
    return this.ask({ path: LINK_PATHS.heartbeat, body: { ...HEARTBEAT, ...more } });
  }

  deliver(stream: string, records: readonly unknown[]): Promise<Answered> {
    return this.ask({ path: LINK_PATHS.journal, body: { protocol: LINK_PROTOCOL_VERSION, stream, records } });
  }

  desired(after: number): Promise<Answered> {
    return this.ask({ method: 'GET', path: `${LINK_PATHS.desired}?after=${after}` });
  }

  /** Opens the tunnel; the stream once the hub has said yes. */
  async tunnel(): Promise<ClientHttp2Stream> {
    const session = await this.connect();
    if (!session.remoteSettings?.enableConnectProtocol) await once(session, 'remoteSettings');
    const head = {
      ':method': 'CONNECT',
      ':protocol': TUNNEL_PROTOCOL,
      ':path': LINK_PATHS.tunnel,
      ':scheme': 'https',
      ':authority': 'hub',
    };
    const stream = session.request(head, { endStream: false });
    const [headers] = await once(stream, 'response');
    assert.equal(headers[':status'], 200);
    return stream;
  }
}

async function answered(stream: ClientHttp2Stream, body: string | undefined): Promise<Answered> {
  const head = new Promise<[Record<string, unknown>]>((resolve, reject) => {
    stream.once('response', (headers) => resolve([headers]));
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('the connection ended')));
  });
  if (body === undefined) stream.end();
  else stream.end(body);
  const [headers] = await head;
  const text = Buffer.concat(await stream.toArray()).toString();
  return { status: Number(headers[':status']), body: text === '' ? undefined : JSON.parse(text) };
}

export const HEARTBEAT: HeartbeatRequest = {
  protocol: LINK_PROTOCOL_VERSION,
  at: '2026-01-01T00:00:00Z',
  version: '0.1.0',
  plane: 'hub',
  mode: 'Connected',
  phase: 'Ready',
  applied: 0,
  drifted: 0,
  nodesReady: 1,
  nodes: 1,
  pods: 4,
  troubles: [],
};

/** A site that is enrolled. */
export async function enrolled(of: TestHub, id: string, name = id): Promise<TestSite> {
  const site = new TestSite({ port: of.hub.port, id, name });
  const answer = await site.enrol(await of.token());
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return site;
}

/** That an answer is this refusal. */
export function assertRefused(answer: Answered, code: LinkRefusal['code'], status: number, message = /./): void {
  assert.deepEqual([answer.status, answer.body?.code], [status, code], JSON.stringify(answer.body));
  assert.match(answer.body.message, message);
}
