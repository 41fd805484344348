// Keeps where the site stands to its hub: feeds the state machine, writes its state, tells every change. The only writer of the file.
// A file that is damaged is not overwritten by a guess: readers take the strictest standing until the hub answers, or the operator
// leaves the hub; then the state begins anew, and the damaged file is kept beside it.
import { messageOf, WorldError } from '#base';
import {
  type ConnectivityAction,
  type ConnectivityEvent,
  type ConnectivityFacts,
  type ConnectivitySettings,
  type ConnectivityState,
  connectivityFacts,
  connectivityParse,
  connectivityStart,
  connectivityStep,
  connectivityText,
} from '#engine/connectivity';
import type { Clock } from '#platform/clock';
import { readTextIfPresent, renameFile, writeFileAtomic } from '#platform/disk';
import { CLOCK_SET_MS } from './limits.ts';

export type ConnectivityTold = Extract<ConnectivityAction, { kind: 'told' }>;

export type PlaneEvent = Extract<ConnectivityEvent, { kind: 'plane-taken' | 'plane-given' }>;

export interface KeeperOptions {
  readonly file: string;
  readonly clock: Clock;
  /** Asked each time, since it may change; absent: the defaults. */
  settings?(): ConnectivitySettings;
}

export class ConnectivityKeeper {
  readonly #options: KeeperOptions;
  readonly #listeners: ((change: ConnectivityTold) => void)[] = [];
  #state: ConnectivityState;
  #damage: WorldError | undefined;
  /** Monotonic time of the last acknowledged sending in this process. */
  #heardMs: number | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#state = connectivityStart(options.clock.now());
    try {
      const text = readTextIfPresent(options.file);
      if (text !== undefined) this.#state = connectivityParse(text);
    } catch (error) {
      this.#damage =
        error instanceof WorldError ? error : new WorldError('Corrupt', messageOf(error), { cause: error });
    }
  }

  get #spans(): ConnectivitySettings | undefined {
    return this.#options.settings?.();
  }

  /** Why the file cannot be believed. */
  get damage(): WorldError | undefined {
    return this.#damage;
  }

  get state(): ConnectivityState {
    return this.#state;
  }

  get isActivated(): boolean {
    return this.#state.activatedAt !== null;
  }

  /** Called with every change of plane or mode, when it is kept. */
  onChange(listener: (change: ConnectivityTold) => void): void {
    this.#listeners.push(listener);
  }

  /** As of now. Errors: WorldError `Corrupt`, `Unsupported` when the file cannot be believed. */
  current(): ConnectivityState {
    if (this.#damage) throw this.#damage;
    return connectivityStep(this.#state, { kind: 'tick' }, this.#options.clock.now(), this.#spans).state;
  }

  /** Declares a plane, kept when it returns. Errors: WorldError `Conflict` when it changes nothing; those of {@link current}. */
  declare(event: PlaneEvent): void {
    if (this.#damage) throw this.#damage;
    const ignored = this.step(event).find((action) => action.kind === 'ignored');
    if (ignored) throw new WorldError('Conflict', `nothing is changed: ${ignored.reason}`);
  }

  facts(): ConnectivityFacts {
    return connectivityFacts(this.#state, this.#options.clock.now(), this.#spans);
  }

  /** Declares something, or lets time pass. Answers what it did; nothing while the file is damaged. */
  step(event: ConnectivityEvent): readonly ConnectivityAction[] {
    if (this.#damage) return [];
    // What another hub was heard is no contact of this one.
    if (event.kind === 'activated' || event.kind === 'deactivated') this.#heardMs = undefined;
    const { state, actions } = connectivityStep(this.#state, event, this.#options.clock.now(), this.#spans);
    const changed = JSON.stringify(state) !== JSON.stringify(this.#state);
    this.#state = state;
    if (changed) writeFileAtomic(this.#options.file, connectivityText(state));
    for (const action of actions.filter((one) => one.kind === 'told'))
      for (const listener of this.#listeners) listener(action);
    return actions;
  }

  /** Begins anew where the file was damaged by what this software did not write. */
  renew(): void {
    if (this.#damage?.code !== 'Corrupt') return;
    renameFile(this.#options.file, `${this.#options.file}.damaged`);
    this.#damage = undefined;
    this.#state = connectivityStart(this.#options.clock.now());
  }

  /** The hub has answered what was sent at this monotonic time. */
  acknowledged(sentMs: number): void {
    this.#heardMs = sentMs;
    const at = this.#contact();
    if (at !== undefined) this.step({ kind: 'acknowledged', at });
  }

  /** Lets time pass. A contact that was heard before the clock was set is told again in the time as it is now: how long ago it was is
   * known, whatever the clock says. */
  tick(): void {
    const { lastContactAt } = this.#state;
    const contact = this.#contact();
    if (contact !== undefined && lastContactAt !== null && Math.abs(lastContactAt - contact) > CLOCK_SET_MS)
      this.step({ kind: 'retold', at: contact });
    else this.step({ kind: 'tick' });
  }

  #contact(): number | undefined {
    const { clock } = this.#options;
    return this.#heardMs === undefined ? undefined : Math.round(clock.now() - (clock.monotonicMs() - this.#heardMs));
  }
}
