// Remembers what stands against the link now, and since when the connection is what it is. A trouble is told once, when it begins and
// when it is over, however often it is met.
import type { LinkTrouble } from '#model/site';
import { type Clock, rfc3339 } from '#platform/clock';
import type { Log } from '#platform/log';
import type { LinkEvents, LinkParts } from './contract.ts';
import type { LinkPhase } from './link.plan.ts';
import { troubleOf } from './trouble.ts';

const REASONS = {
  unreachable: 'HubUnreachable',
  proxy: 'ProxyRefuses',
  'not-a-hub': 'NotAHub',
  'other-hub': 'OtherHub',
  refused: 'HubRefuses',
  expired: 'IdentityEnded',
  damaged: 'LinkDamaged',
} as const;

export class TroubleBook {
  readonly #of: { clock: Clock; log: Log; events: LinkEvents; notice: LinkParts['notice'] };
  #trouble: LinkTrouble | null = null;
  #cut = false;
  #phase: LinkPhase = 'off';
  #phaseSince: string | null = null;

  constructor(of: { clock: Clock; log: Log; events: LinkEvents; notice: LinkParts['notice'] }) {
    this.#of = of;
  }

  get trouble(): LinkTrouble | null {
    return this.#trouble;
  }

  get phaseSince(): string | null {
    return this.#phaseSince;
  }

  phase(phase: LinkPhase): void {
    if (phase === this.#phase) return;
    this.#phase = phase;
    this.#phaseSince = rfc3339(this.#of.clock.now());
  }

  cut(cut: boolean): void {
    this.#cut = cut;
    this.#tell();
  }

  failed(error: unknown): void {
    const { clock, log, events } = this.#of;
    const found = troubleOf(error);
    const isNew = this.#trouble?.kind !== found.kind;
    if (!isNew && this.#trouble?.message === found.message) return;
    this.#trouble = { ...found, since: isNew ? rfc3339(clock.now()) : (this.#trouble?.since ?? '') };
    log.warn('the link is in trouble', { ...this.#trouble });
    if (isNew) events.add({ type: 'Warning', subject: 'link', reason: REASONS[found.kind], message: found.message });
    this.#tell();
  }

  /** Nobody asks the hub any more, so nothing stands in the way. */
  forget(): void {
    if (this.#trouble === null) return;
    this.#trouble = null;
    this.#tell();
  }

  /** The hub answered. */
  well(): void {
    if (this.#trouble === null) return;
    const { log, events } = this.#of;
    log.info('the trouble of the link is over', { was: this.#trouble.kind });
    if (this.#trouble.kind !== 'damaged')
      events.add({ type: 'Normal', subject: 'link', reason: 'HubReached', message: 'the hub answers again' });
    this.#trouble = null;
    this.#tell();
  }

  #tell(): void {
    this.#of.notice({ cut: this.#cut, trouble: this.#trouble });
  }
}
