// One site of the load: its connection is kept by the product's own plan and dialled by its own uplink, with a certificate of its own.
import type { Random } from '#base';
import { HEARTBEAT_INTERVAL_MS, LINK_PATHS } from '#model/link';
import { systemClock as clock } from '#platform/clock';
import { dialUplink, type Uplink } from '#platform/uplink';
import { LinkConnection } from '../../src/services/link/connection.apply.ts';
import { type BeatAnswer, sendBeat } from '../../src/services/link/heartbeat.ts';
import { beatOf, HOUR_RECORDS, journalOfAnHour } from './beat.ts';
import { identityIn } from './identities.ts';

/** What the sites of a process saw. Spans in milliseconds. */
export interface Tally {
  readonly beatMs: number[];
  /** From the dial until the first heartbeat is answered. */
  readonly setUpMs: number[];
  readonly deliveryMs: number[];
  /** How often what failed. */
  readonly failures: Record<string, number>;
}

export const tally = (): Tally => ({ beatMs: [], setUpMs: [], deliveryMs: [], failures: {} });

interface Of {
  readonly number: number;
  /** Its identity, as it stands in the file. */
  readonly line: string;
  readonly port: number;
  readonly authorityPem: string;
  /** Sites that the connection carries, in turn. */
  readonly carried: number;
  readonly random: Random;
  seen(): Tally;
}

/** One heartbeat in so many says something new. */
const NEWS_EVERY = 40;
const DELIVERY_MS_MAX = 180_000;
const ANSWER_BYTES_MAX = 64 * 1024;

export class LoadSite {
  readonly #of: Of;
  #connection: LinkConnection | undefined;
  #dialledMs = 0;
  #isNew = true;
  #opened: (() => void) | undefined;
  #delivers: { readonly done: () => void; readonly keeps: boolean } | undefined;
  #isDelivering = false;
  hasDelivered = false;

  constructor(of: Of) {
    this.#of = of;
  }

  get number(): number {
    return this.#of.number;
  }

  get uplink(): Uplink | undefined {
    return this.#connection?.uplink;
  }

  /** Resolves when the first heartbeat is answered. */
  open(): Promise<void> {
    return new Promise((resolve) => {
      this.#opened = resolve;
      this.#connect();
    });
  }

  /** Dials after so long; resolves when the journal of the outage is delivered. */
  comeBack(afterMs: number, keeps: boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#delivers = { done: resolve, keeps };
      setTimeout(() => this.#connect(), afterMs);
    });
  }

  close(): void {
    this.#connection?.want(false);
  }

  /** One heartbeat over the connection. */
  async beat(uplink: Uplink): Promise<BeatAnswer> {
    const startMs = performance.now();
    const answer = await sendBeat(uplink, beatOf(this.#of.random.below(NEWS_EVERY) === 0));
    this.#of.seen().beatMs.push(performance.now() - startMs);
    return answer;
  }

  failed(error: unknown): void {
    const { failures } = this.#of.seen();
    const what = error instanceof Error ? error.message : String(error);
    failures[what] = (failures[what] ?? 0) + 1;
  }

  #connect(): void {
    this.#connection = new LinkConnection({
      clock,
      random: this.#of.random,
      beatEveryMs: () => HEARTBEAT_INTERVAL_MS,
      talk: {
        dial: (signal) => this.#dial(signal),
        beat: (uplink) => this.beat(uplink),
        answered: (uplink) => this.#answered(uplink),
        renew: () => Promise.resolve(),
        return: () => Promise.resolve(),
        failed: (error) => this.failed(error),
        changed: () => undefined,
      },
    });
    this.#connection.want(true);
  }

  #dial(signal: AbortSignal): Promise<Uplink> {
    this.#dialledMs = performance.now();
    this.#isNew = true;
    const { certPem, keyPem } = identityIn(this.#of.line);
    return dialUplink({
      host: '127.0.0.1',
      port: this.#of.port,
      identity: { certPem: certPem + this.#of.authorityPem, keyPem },
      // What judging the hub costs is the sites' affair, each on a machine of its own.
      judge: (chain) => (chain.length > 0 ? undefined : 'it shows no certificate'),
      clock,
      signal,
    });
  }

  /** The hub has answered a heartbeat; no identity is old enough for another one. */
  #answered(uplink: Uplink): false {
    if (this.#isNew) this.#of.seen().setUpMs.push(performance.now() - this.#dialledMs);
    this.#isNew = false;
    this.#opened?.();
    this.#opened = undefined;
    if (this.#delivers && !this.hasDelivered && !this.#isDelivering) {
      this.#isDelivering = true;
      this.#deliverAll(uplink, this.#delivers)
        .catch((error: unknown) => this.failed(error))
        .finally(() => {
          this.#isDelivering = false;
        });
    }
    return false;
  }

  /** Of every site that the connection carries. The first has beaten already. */
  async #deliverAll(uplink: Uplink, { done, keeps }: { done(): void; keeps: boolean }): Promise<void> {
    for (let site = 1; site < this.#of.carried; site++) await this.beat(uplink);
    for (let site = 0; site < this.#of.carried; site++) await this.#deliver(uplink);
    this.hasDelivered = true;
    if (!keeps) this.close();
    done();
  }

  async #deliver(uplink: Uplink): Promise<void> {
    const startMs = performance.now();
    const { status, text } = await uplink.request({
      method: 'POST',
      path: LINK_PATHS.journal,
      body: JSON.stringify(journalOfAnHour()),
      answerBytesMax: ANSWER_BYTES_MAX,
      answerMsMax: DELIVERY_MS_MAX,
    });
    if (status !== 200 || JSON.parse(text).acknowledged !== HOUR_RECORDS)
      throw new Error(`a delivery was answered ${status}: ${text.slice(0, 200)}`);
    this.#of.seen().deliveryMs.push(performance.now() - startMs);
  }
}
