// The door between the voters of a pair: what one is asked by another over the network. Only voters get in, and only these questions are
// answered.
import { WorldError } from '#base';
import { addressBetween, type Pair, type PairForecast, type SiteStatus, VOTER_PORTS, voterOf } from '#model/site';
import type { Clock, Timer } from '#platform/clock';
import { type Http2Client, type HttpExchange, http2Client, listenHttps, SHORT_PATIENCE } from '#platform/http';
import type { Pki, PkiFollower } from '#services/infrastructure';

/** Milliseconds that an answer may take. */
const ANSWER_MS = 1_500;

/** What a voter says of itself. */
export interface PeerWord {
  /** It is out of the site, and nothing of its life before runs there. */
  readonly out: boolean;
  readonly status: Pick<SiteStatus, 'processes' | 'phase'>;
  /** What is to run there, runs; of a node: it is a member. */
  readonly runs: boolean;
  /** Of a node: it can take control at once. */
  readonly fit?: boolean;
  /** The rolling restart for which it was restarted last. */
  readonly restartedFor?: string;
  /** Of the one that controls: what the loss of each node would cost. */
  readonly forecast?: PairForecast;
}

export interface PeerDoorOptions {
  readonly pair: Pair;
  readonly self: string;
  readonly certificates: PkiFollower;
  readonly clock: Clock;
}

const serverTls = (pki: Pki, self: string) => ({ ...pki.leaf(`etcd-${self}`), clientCaPem: pki.anchor('etcd') });
const clientTls = (pki: Pki, self: string) => ({ ...pki.leaf(`etcd-${self}`), caPem: pki.anchor('etcd') });

/** Answers the others. Resolves when it listens. */
export async function openPeerDoor(of: PeerDoorOptions & { word(): PeerWord }): Promise<{ close(): Promise<void> }> {
  const { pair, self, certificates, clock } = of;
  const { access, storage } = voterOf(pair, self);
  const send = (exchange: HttpExchange, status: number, body: unknown): void =>
    exchange.send(status, { 'content-type': 'application/json' }, JSON.stringify(body));
  const answer = (exchange: HttpExchange): void => {
    if (exchange.connection.peer.kind !== 'verified')
      send(exchange, 401, { message: 'a certificate of a voter is needed' });
    else if (exchange.method === 'GET' && exchange.url === '/word') send(exchange, 200, of.word());
    else send(exchange, 404, { message: 'there is nothing here' });
  };
  const used = serverTls(certificates.pki, self);
  const server = await listenHttps({
    listen: [access, ...(storage === undefined ? [] : [storage])].map((host) => ({ host, port: VOTER_PORTS.door })),
    tls: used,
    clock,
    onRequest: answer,
  });
  certificates.follow(
    (pki) => serverTls(pki, self),
    used,
    (tls) => server.setCredentials(tls),
  );
  return server;
}

/** Asks the others: by the way that is theirs first, and by the other one where that does not answer. */
export class PeerCalls {
  readonly #of: PeerDoorOptions;
  readonly #clients = new Map<string, Http2Client>();

  constructor(of: PeerDoorOptions) {
    this.#of = of;
    const { certificates, self } = of;
    const used = clientTls(certificates.pki, self);
    certificates.follow(
      (pki) => clientTls(pki, self),
      used,
      (tls) => {
        for (const client of this.#clients.values()) client.setTls(tls);
      },
    );
  }

  /** Errors: WorldError `Unavailable` when no way leads there. */
  async ask(voter: string): Promise<PeerWord> {
    const { pair, self } = this.#of;
    const hosts = new Set([addressBetween(pair, self, voter), voterOf(pair, voter).access]);
    let last: unknown;
    for (const host of hosts)
      try {
        return await this.#askAt(host);
      } catch (error) {
        last = error;
      }
    throw last;
  }

  /** A connection that does not answer in time is given up: whoever was away has forgotten it. */
  async #askAt(host: string): Promise<PeerWord> {
    const { clock } = this.#of;
    let timer: Timer | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = clock.after(
        ANSWER_MS,
        () => {
          this.#clients.get(host)?.close();
          this.#clients.delete(host);
          reject(new WorldError('Unavailable', `${host} does not answer in time`));
        },
        { background: true },
      );
    });
    try {
      const asked = this.#client(host).request({ method: 'GET', path: '/word' });
      const { status, body } = await Promise.race([asked, late]);
      if (status === 200) return JSON.parse(body.toString()) as PeerWord;
      throw new WorldError('Unavailable', `${host} answered ${status}`);
    } finally {
      timer?.cancel();
    }
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }

  #client(host: string): Http2Client {
    const { certificates, self, clock } = this.#of;
    const known = this.#clients.get(host);
    if (known) return known;
    const tls = clientTls(certificates.pki, self);
    const made = http2Client({ origin: `https://${host}:${VOTER_PORTS.door}`, tls, clock, patience: SHORT_PATIENCE });
    this.#clients.set(host, made);
    return made;
  }
}
