// Does what the plan says: dials, asks, pings, hangs up, and tells the plan what became of it. What a connection that was given up
// still says is not heard any more.
import type { Random } from '#base';
import type { Clock, Timer } from '#platform/clock';
import type { Uplink } from '#platform/uplink';
import type { BeatAnswer } from './heartbeat.ts';
import { HubRefused } from './hub-answer.ts';
import { LINK_OFF, type LinkAction, type LinkEvent, type LinkState, linkStep } from './link.plan.ts';

/** What is said over a connection; errors are HubRefused, or end the connection. */
export interface LinkTalk {
  dial(signal: AbortSignal): Promise<Uplink>;
  beat(uplink: Uplink): Promise<BeatAnswer>;
  /** The hub acknowledged a heartbeat over the connection that is open. Answers whether the identity is old enough for another one. */
  answered(uplink: Uplink, answer: BeatAnswer): boolean;
  renew(uplink: Uplink): Promise<void>;
  return(uplink: Uplink): Promise<void>;
  /** Told what failed, with each failure. */
  failed(error: unknown): void;
  /** Told after every step. */
  changed(state: LinkState): void;
}

interface Attempt {
  readonly abort: AbortController;
  uplink?: Uplink;
}

export class LinkConnection {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #talk: LinkTalk;
  readonly #beatEveryMs: () => number;
  #state = LINK_OFF;
  #attempt: Attempt | undefined;
  #timer: Timer | undefined;

  constructor(of: {
    readonly clock: Clock;
    readonly random: Random;
    readonly talk: LinkTalk;
    readonly beatEveryMs: () => number;
  }) {
    this.#clock = of.clock;
    this.#random = of.random;
    this.#talk = of.talk;
    this.#beatEveryMs = of.beatEveryMs;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** The connection that is open. */
  get uplink(): Uplink | undefined {
    return this.#state.phase === 'open' ? this.#attempt?.uplink : undefined;
  }

  want(wanted: boolean): void {
    this.#step({ kind: wanted ? 'wanted' : 'unwanted' });
  }

  retime(): void {
    this.#step({ kind: 'retimed' });
  }

  #step(event: LinkEvent): void {
    const { state, actions } = linkStep(this.#state, event, {
      nowMs: this.#clock.monotonicMs(),
      random: this.#random.next(),
      beatEveryMs: this.#beatEveryMs(),
    });
    this.#state = state;
    for (const action of actions) this.#do(action, event);
    this.#timer?.cancel();
    this.#timer = undefined;
    if (Number.isFinite(state.dueMs))
      this.#timer = this.#clock.after(Math.max(0, state.dueMs - this.#clock.monotonicMs()), () =>
        this.#step({ kind: 'due' }),
      );
    this.#talk.changed(state);
  }

  #do(action: LinkAction, event: LinkEvent): void {
    const attempt = this.#attempt;
    switch (action.kind) {
      case 'dial':
        this.#dial();
        break;
      case 'hang-up':
        this.#drop(action.why);
        if (event.kind === 'due') this.#talk.failed(new Error(action.why));
        break;
      case 'ping':
        attempt?.uplink?.ping().then(
          () => this.#attempt === attempt && this.#step({ kind: 'pong' }),
          // The end of the connection is told by itself.
          () => undefined,
        );
        break;
      default:
        if (attempt?.uplink) this.#ask(attempt, attempt.uplink, action.kind);
    }
  }

  #dial(): void {
    const attempt: Attempt = { abort: new AbortController() };
    this.#attempt = attempt;
    this.#talk.dial(attempt.abort.signal).then(
      (uplink) => {
        if (this.#attempt !== attempt) return uplink.close();
        attempt.uplink = uplink;
        void uplink.ended.then((why) => this.#lost(attempt, new Error(why)));
        this.#step({ kind: 'opened' });
      },
      (error) => this.#lost(attempt, error),
    );
  }

  #ask(attempt: Attempt, uplink: Uplink, what: 'beat' | 'renew' | 'return'): void {
    const talk = this.#talk;
    const isOpen = (): boolean => this.#attempt === attempt;
    const asked: Promise<LinkEvent> =
      what === 'beat'
        ? talk.beat(uplink).then((answer) => ({ kind: 'answered', renew: isOpen() && talk.answered(uplink, answer) }))
        : talk[what](uplink).then(() => ({ kind: 'identity' }));
    asked.then(
      (event) => isOpen() && this.#step(event),
      (error) => {
        if (!isOpen()) return;
        if (!(error instanceof HubRefused)) return this.#lost(attempt, error);
        // An identity that ended is asked for anew at once; what the hub says to that is what is worth telling.
        if (error.refusal.code !== 'Expired') talk.failed(error);
        this.#step({ kind: 'refused', code: error.refusal.code });
      },
    );
  }

  #lost(attempt: Attempt, error: unknown): void {
    if (this.#attempt !== attempt) return;
    this.#drop('it is lost');
    this.#talk.failed(error);
    this.#step({ kind: 'failed' });
  }

  #drop(why: string): void {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    attempt?.abort.abort(new Error(why));
    attempt?.uplink?.close();
  }
}
