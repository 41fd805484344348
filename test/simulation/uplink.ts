// The link of a simulated site to its hub, as the link's plan has it: the plan decides, this does what it says at once, or lets no answer
// come. In a quiet stretch only the last heartbeat of many is told, and of many dials in vain the last.
import { HEARTBEAT_INTERVAL_MS } from '#model/link';
import { LINK_OFF, type LinkAction, type LinkEvent, type LinkState } from '../../src/services/link/link.plan.ts';
import type { Timekeeper } from './timekeeper.ts';
import { chance, MINUTE_MS, type Shared } from './world.ts';

/** What is said over the connection. `sentAgoMs`: how long ago it was sent; `isQuiet`: the last of many, all of which were taken.
 * Errors: Crash. */
export interface Talk {
  isReachable(): boolean;
  beat(of: { readonly sentAgoMs: number; readonly isQuiet: boolean }): 'lost' | 'expired' | 'answered' | 'renew';
  renew(): 'lost' | 'kept';
  takeBack(): 'lost' | 'pending' | 'kept';
}

/** Dials in vain that are told one by one, before they are as far apart as they get. */
const DIALS_TOLD = 12;

export class Uplink {
  readonly #shared: Shared;
  readonly #clock: Timekeeper;
  readonly #talk: Talk;
  #state: LinkState = LINK_OFF;
  #isQuiet = false;

  constructor(shared: Shared, clock: Timekeeper, talk: Talk) {
    this.#shared = shared;
    this.#clock = clock;
    this.#talk = talk;
  }

  get isOpen(): boolean {
    return this.#state.phase === 'open';
  }

  #now(): number {
    return this.#clock.reading().bootMs;
  }

  /** True time of what is due, where waiting for it is no quiet stretch. */
  dueMs(): number {
    const { phase, asked, dueMs } = this.#state;
    const isQuiet = this.#talk.isReachable() ? phase === 'open' && asked === 'nothing' : phase === 'waiting';
    return phase === 'off' || isQuiet ? Number.POSITIVE_INFINITY : this.#shared.nowMs + (dueMs - this.#now());
  }

  want(): void {
    if (this.#state.phase === 'off') this.#step({ kind: 'wanted' }, this.#now());
  }

  /** The connection ended, and that was seen. */
  broken(): void {
    this.#step({ kind: 'failed' }, this.#now());
  }

  /** Nothing happened for a while but what happens all along; `lastAgoMs`: when the last of it did. */
  quiet(lastAgoMs: number): void {
    const now = this.#now();
    const { phase, asked } = this.#state;
    if (phase === 'open' && asked === 'nothing' && this.#talk.isReachable()) {
      const atMs = now - lastAgoMs;
      this.#state = { ...this.#state, dueMs: atMs, beatDueMs: atMs };
      this.#isQuiet = true;
      this.#step({ kind: 'due' }, atMs);
      this.#isQuiet = false;
    }
    if (phase === 'waiting' && !this.#talk.isReachable()) this.#dialInVain(now);
  }

  work(): void {
    for (let turns = 0; turns < 50 && this.#state.dueMs <= this.#now(); turns++)
      this.#step({ kind: 'due' }, this.#state.dueMs);
  }

  #dialInVain(now: number): void {
    for (let told = 0; told < DIALS_TOLD && this.#state.dueMs <= now; told++)
      this.#step({ kind: 'due' }, this.#state.dueMs);
    if (this.#state.dueMs > now) return;
    const { random } = this.#shared;
    this.#state = { ...this.#state, dueMs: now + Math.floor(random.next() * 5 * MINUTE_MS) };
  }

  #step(event: LinkEvent, atMs: number): void {
    const { rules, random } = this.#shared;
    const { state, actions } = rules.linkStep(this.#state, event, {
      nowMs: atMs,
      random: random.next(),
      beatEveryMs: HEARTBEAT_INTERVAL_MS,
    });
    this.#state = state;
    for (const action of actions) {
      const next = this.#do(action, atMs);
      if (next) this.#step(next, atMs);
    }
  }

  /** What comes of it at once; undefined: nothing. */
  #do(action: LinkAction, atMs: number): LinkEvent | undefined {
    const { see, random } = this.#shared;
    const isReachable = this.#talk.isReachable();
    switch (action.kind) {
      case 'hang-up':
        return undefined;
      case 'dial':
        see({ kind: 'dialled' });
        if (isReachable) return { kind: 'opened' };
        return chance(random, 0.7) ? { kind: 'failed' } : undefined;
      case 'ping':
        return isReachable ? { kind: 'pong' } : undefined;
      case 'beat':
        return isReachable
          ? answered(this.#talk.beat({ sentAgoMs: this.#now() - atMs, isQuiet: this.#isQuiet }))
          : undefined;
      case 'renew':
        return isReachable && this.#talk.renew() === 'kept' ? { kind: 'identity' } : undefined;
      case 'return': {
        const answer = isReachable ? this.#talk.takeBack() : 'lost';
        if (answer === 'lost') return undefined;
        return answer === 'kept' ? { kind: 'identity' } : { kind: 'refused', code: 'Pending' };
      }
    }
  }
}

function answered(answer: ReturnType<Talk['beat']>): LinkEvent | undefined {
  if (answer === 'lost') return undefined;
  return answer === 'expired' ? { kind: 'refused', code: 'Expired' } : { kind: 'answered', renew: answer === 'renew' };
}
