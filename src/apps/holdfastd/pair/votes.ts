// Which voters of a pair answer: each is asked now and then over the door between them, so that `status` need not wait for one that is gone.
import { ownNode, type Pair, type Site, votersOf } from '#model/site';
import type { Clock, Timer } from '#platform/clock';
import type { PeerCalls, PeerWord } from './peer-door.ts';

const LOOK_MS = 1_000;

export class Votes {
  readonly #words = new Map<string, PeerWord | undefined>();
  readonly #pair: Pair;
  readonly #clock: Clock;
  #timers = new Map<string, Timer>();
  #closed = false;

  constructor(of: { site: Site; pair: Pair; calls: PeerCalls; clock: Clock }) {
    this.#pair = of.pair;
    this.#clock = of.clock;
    const self = ownNode(of.site);
    for (const { name } of votersOf(of.pair)) if (name !== self) this.#follow(name, of.calls);
  }

  /** What each other voter last said; undefined for one that does not answer. */
  word(voter: string): PeerWord | undefined {
    return this.#words.get(voter);
  }

  /** All voters by name; `own` is how this one is itself. */
  list(own: { readonly name: string; readonly up: boolean }): readonly { name: string; up: boolean }[] {
    const isUp = (name: string): boolean =>
      this.#words.get(name)?.status.processes.some((process) => process.name === 'etcd') === true;
    return votersOf(this.#pair).map(({ name }) => ({ name, up: name === own.name ? own.up : isUp(name) }));
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) timer.cancel();
  }

  #follow(voter: string, calls: PeerCalls): void {
    calls
      .ask(voter)
      .then(
        (word) => void this.#words.set(voter, word),
        () => void this.#words.set(voter, undefined),
      )
      .finally(() => {
        if (!this.#closed)
          this.#timers.set(
            voter,
            this.#clock.after(LOOK_MS, () => this.#follow(voter, calls), { background: true }),
          );
      });
  }
}
