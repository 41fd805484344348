// Keeps where a simulated site stands to its hub: the engine decides, the state is written before anything is said. A contact is told
// again in the site's time after that was set, because how long ago it was is known whatever the clock says.
import {
  CONNECTIVITY_DEFAULTS,
  type ConnectivityEvent,
  type ConnectivityFacts,
  type ConnectivityState,
  connectivityParse,
  connectivityStart,
  connectivityText,
} from '#engine/connectivity';
import type { Timekeeper } from './timekeeper.ts';
import { MINUTE_MS, type Shared } from './world.ts';

/** A contact whose time is off by more than this was heard before the clock was set. */
const CLOCK_SET_MS = 30_000;

export class Standing {
  readonly #shared: Shared;
  readonly #clock: Timekeeper;
  #state: ConnectivityState;
  /** Boot time of the last acknowledged sending in this process. */
  #heardBootMs: number | undefined;

  constructor(shared: Shared, clock: Timekeeper) {
    this.#shared = shared;
    this.#clock = clock;
    const kept = shared.disk.read<ConnectivityState>('connectivity');
    // By way of the file's text, as a restart reads it.
    this.#state = kept ? connectivityParse(connectivityText(kept)) : connectivityStart(clock.now());
  }

  get isActivated(): boolean {
    return this.#state.activatedAt !== null;
  }

  /** As it is kept, with time passed until now. */
  current(): ConnectivityState {
    return this.#shared.rules.connectivityStep(this.#state, { kind: 'tick' }, this.#clock.now(), CONNECTIVITY_DEFAULTS)
      .state;
  }

  facts(): ConnectivityFacts {
    return this.#shared.rules.connectivityFacts(this.#state, this.#clock.now());
  }

  /** `quietMs`: heartbeats came all along for so long, none of which is told one by one. Errors: Crash. */
  step(event: ConnectivityEvent, quietMs = 0): void {
    const { rules, disk, see } = this.#shared;
    if (event.kind === 'activated' || event.kind === 'deactivated') this.#heardBootMs = undefined;
    const { semiConnectedAfterMs, disconnectedAfterMs } = CONNECTIVITY_DEFAULTS;
    const settings = {
      semiConnectedAfterMs: semiConnectedAfterMs + quietMs,
      disconnectedAfterMs: disconnectedAfterMs + quietMs,
    };
    const { state, actions } = rules.connectivityStep(this.#state, event, this.#clock.now(), settings);
    if (state !== this.#state) disk.write('connectivity', state);
    this.#state = state;
    for (const action of actions)
      if (action.kind === 'told')
        see({ kind: 'told', text: `${action.from.mode} to ${action.to.mode}: ${action.reason}` });
  }

  /** Errors: Crash. */
  acknowledged(sentAgoMs: number, quietMs: number): void {
    this.#heardBootMs = this.#clock.reading().bootMs - sentAgoMs;
    this.step({ kind: 'acknowledged', at: this.#contact() ?? 0 }, quietMs + MINUTE_MS);
    this.step({ kind: 'tick' });
  }

  /** Errors: Crash. */
  tick(): void {
    const { lastContactAt } = this.#state;
    const contact = this.#contact();
    const isOff = contact !== undefined && lastContactAt !== null && Math.abs(lastContactAt - contact) > CLOCK_SET_MS;
    if (isOff) this.step({ kind: 'retold', at: contact });
    else this.step({ kind: 'tick' });
  }

  #contact(): number | undefined {
    if (this.#heardBootMs === undefined) return undefined;
    return Math.round(this.#clock.now() - (this.#clock.reading().bootMs - this.#heardBootMs));
  }
}
