// The client of a watchdog: one kept connection, made again whenever it breaks. Whoever arms it does not wait; what is held at the
// other end is what was acknowledged, and counts for nothing once answers stay away.
import { WorldError } from '#base';
import type { Clock, Timer } from '#platform/clock';
import type { Log } from '#platform/log';
import { WatchdogConnection } from './connection.ts';
import type { Watchdog, WatchdogOrder, WatchdogState, WatchdogTargets } from './contract.ts';
import { ANSWER_MS_MAX, ORDERS_UNDER_WAY_MAX, RECONNECT_MS } from './limits.ts';
import { type Answer, orderLine, stateLine, stateOf, targetsLine } from './wire.ts';

export interface WatchdogOptions {
  readonly socket: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Needs no watchdog yet: what it is told last is told to the one that comes. */
export function openWatchdog(options: WatchdogOptions): Watchdog {
  return new WatchdogClient(options);
}

class WatchdogClient implements Watchdog {
  readonly #of: WatchdogOptions;
  #connection: WatchdogConnection | undefined;
  #isConnected = false;
  #timer: Timer | undefined;
  #isClosed = false;
  #targets: WatchdogTargets | undefined;
  #order: WatchdogOrder | undefined;
  /** The order could not be sent: too many are under way. */
  #isBehind = false;
  #acknowledged: WatchdogOrder | undefined;
  /** When the eldest message that is not answered was sent. */
  readonly #sentMs = new Set<{ readonly atMs: number }>();

  constructor(of: WatchdogOptions) {
    this.#of = of;
    this.#connect();
  }

  arm(until: number | 'unbounded', id: number): void {
    this.#give({ do: 'arm', until, id });
  }

  fire(): void {
    if (this.#order?.do !== 'fire' || this.follows?.do !== 'fire') this.#give({ do: 'fire' });
  }

  disarm(): void {
    this.#give({ do: 'disarm' });
  }

  aim(targets: WatchdogTargets): void {
    this.#targets = targets;
    if (this.#isConnected) this.#sendTargets(targets);
  }

  get follows(): WatchdogOrder | undefined {
    const [eldest] = this.#sentMs;
    const isLate = eldest !== undefined && this.#of.clock.monotonicMs() - eldest.atMs > ANSWER_MS_MAX;
    return this.#isConnected && !isLate ? this.#acknowledged : undefined;
  }

  async state(): Promise<WatchdogState> {
    const { socket, clock } = this.#of;
    const answer = await new Promise<Answer | undefined>((resolve) => {
      if (!this.#isConnected) return resolve(undefined);
      const timer = clock.after(ANSWER_MS_MAX, () => resolve(undefined));
      this.#send(stateLine, (said) => {
        timer.cancel();
        resolve(said);
      });
    });
    if (answer) return stateOf(answer);
    throw new WorldError('Unavailable', `the watchdog does not answer at ${socket}`, {
      attempted: 'ask the watchdog for its state',
      subject: socket,
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#connection?.close();
  }

  #connect(): void {
    this.#connection = new WatchdogConnection(this.#of.socket, {
      connected: () => {
        this.#isConnected = true;
        if (this.#targets) this.#sendTargets(this.#targets);
        if (this.#order) this.#give(this.#order);
      },
      ended: () => {
        if (this.#isConnected && !this.#isClosed) this.#of.log.warn('the connection to the watchdog broke');
        this.#isConnected = false;
        this.#isBehind = false;
        this.#acknowledged = undefined;
        if (!this.#isClosed)
          this.#timer = this.#of.clock.after(RECONNECT_MS, () => this.#connect(), { background: true });
      },
    });
  }

  #give(order: WatchdogOrder): void {
    this.#order = order;
    if (!this.#isConnected) return;
    this.#isBehind = (this.#connection?.underWay ?? 0) >= ORDERS_UNDER_WAY_MAX;
    if (this.#isBehind) return;
    this.#send(
      (seq) => orderLine(seq, order),
      (said) => {
        if (!said) return;
        this.#acknowledged = said.error === undefined ? order : undefined;
        if (said.error !== undefined) this.#of.log.warn('the watchdog refuses an order', { order, error: said.error });
        if (this.#isBehind && this.#order) this.#give(this.#order);
      },
    );
  }

  #sendTargets(targets: WatchdogTargets): void {
    this.#send(
      (seq) => targetsLine(seq, targets),
      (said) => {
        if (said?.error !== undefined)
          this.#of.log.error('the watchdog refuses its targets', { targets, error: said.error });
      },
    );
  }

  #send(line: (seq: number) => string, heard: (answer: Answer | undefined) => void): void {
    const sent = { atMs: this.#of.clock.monotonicMs() };
    this.#sentMs.add(sent);
    this.#connection?.send(line, (answer) => {
      this.#sentMs.delete(sent);
      heard(answer);
    });
  }
}
