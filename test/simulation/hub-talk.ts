// What a simulated site says to its hub over the connection that stands, and what each answer brings: the standing and the time, the
// desired state, the journal, and identities.
import type { Desired } from './desired.ts';
import type { Hub, Identity } from './hub.ts';
import type { Journal } from './journal.ts';
import type { Standing } from './standing.ts';
import type { Timekeeper } from './timekeeper.ts';
import type { Talk } from './uplink.ts';
import { chance, SECOND_MS, type Shared } from './world.ts';

export interface Between {
  readonly hub: Hub;
  readonly journal: Journal;
  /** Of every question and answer, this share is lost. */
  loss: number;
  linkIsUp: boolean;
  /** Who approves at the hub is told that a site waits. */
  asked(): void;
}

interface Inside {
  readonly clock: Timekeeper;
  readonly standing: Standing;
  readonly desired: Desired;
}

export const identityOf = ({ disk }: Shared): Identity | undefined => disk.read<Identity>('identity');

export class HubTalk implements Talk {
  readonly #shared: Shared;
  readonly #between: Between;
  readonly #inside: Inside;
  /** True time of the last heartbeat that was acknowledged in this process. */
  #heardMs: number | undefined;
  /** Nothing is lost on the way now. */
  isCalm = false;

  constructor(shared: Shared, between: Between, inside: Inside) {
    this.#shared = shared;
    this.#between = between;
    this.#inside = inside;
  }

  isReachable(): boolean {
    return this.#between.linkIsUp && this.#between.hub.isUp;
  }

  beat({ sentAgoMs, isQuiet }: Parameters<Talk['beat']>[0]): ReturnType<Talk['beat']> {
    const { nowMs, see } = this.#shared;
    const { hub } = this.#between;
    const identity = identityOf(this.#shared);
    if (!identity || this.#isLost()) return 'lost';
    if (hub.beat(identity, sentAgoMs) === 'expired') {
      see({ kind: 'expired' });
      return 'expired';
    }
    see({ kind: 'contact', sentMs: nowMs - sentAgoMs });
    // Taken, and nobody knows here.
    if (this.#isLost()) return 'lost';
    const quietMs = isQuiet && this.#heardMs !== undefined ? nowMs - this.#heardMs : 0;
    this.#heardMs = nowMs;
    this.#inside.standing.acknowledged(sentAgoMs, quietMs);
    see({ kind: 'acknowledged', sentMs: nowMs - sentAgoMs });
    this.#answered();
    return hub.now() >= this.#shared.rules.identityRenewsMs(identity.endsMs) ? 'renew' : 'answered';
  }

  renew(): ReturnType<Talk['renew']> {
    const identity = identityOf(this.#shared);
    if (!identity) return 'lost';
    const next = this.#between.hub.renew(identity);
    if (this.#isLost()) return 'lost';
    this.#keep(next, 'renewed');
    return 'kept';
  }

  takeBack(): ReturnType<Talk['takeBack']> {
    const identity = identityOf(this.#shared);
    const next = identity && this.#between.hub.takeBack(identity);
    if (!next) {
      this.#shared.see({ kind: 'pending' });
      this.#between.asked();
      return 'pending';
    }
    if (this.#isLost()) return 'lost';
    this.#keep(next, 'returned');
    return 'kept';
  }

  /** What a heartbeat's answer tells, and what is done after it. */
  #answered(): void {
    const { random } = this.#shared;
    const { hub, journal, loss } = this.#between;
    const { clock, standing, desired } = this.#inside;
    const wayMs = 20 + random.below(1_000);
    // What the hub said then, half a round trip ago at the least.
    const timeMs = hub.now() - random.below(wayMs) + Math.round(wayMs / 2);
    clock.hear({ source: 'hub', timeMs, uncertaintyMs: wayMs, isHonest: Math.abs(hub.clockErrorMs) < SECOND_MS });
    standing.tick();
    hub.wishes.heard(desired.applied(), desired.differing);
    if (desired.isNew(hub.wishes.revision)) desired.take(hub.wishes.state());
    journal.heard(hub.positions());
    journal.deliver(hub, this.isCalm ? 0 : loss);
  }

  #isLost(): boolean {
    return !this.isCalm && chance(this.#shared.random, this.#between.loss);
  }

  #keep(identity: Identity, what: 'renewed' | 'returned'): void {
    this.#shared.disk.write('identity', identity);
    this.#shared.see({ kind: 'identity', what, endsMs: identity.endsMs });
  }
}
