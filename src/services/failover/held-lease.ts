// One lease of etcd with the key that it holds: asked for while it is wanted, renewed well before its end, and counted from the sending
// of the renewal that was last acknowledged.
//
// A member that led, and was replaced while its disk stood still, goes on renewing leases for as long as it does not know: nobody else
// counts with what it says. So a renewal counts once a read that a majority has part in, sent after it, was answered in the same term.
// Such a member also ends leases when it comes to itself, long before their time, that were renewed elsewhere meanwhile. Whoever finds
// that his is gone asks for another at once.
import { WorldError } from '#base';
import { isHeld, leaseUntil, type OwnLease } from '#engine/failover';
import type { Clock, Timer } from '#platform/clock';
import type { Etcd, KeepAlive } from '#platform/etcd';
import { ANSWER_MS_MAX, RENEWALS_A_LIFE } from './limits.ts';

export interface AdoptedLease {
  readonly id: number;
  /** Until when what it gives may go on, of boot time, as whoever ends it then was told last. */
  readonly untilMs: number;
}

export interface HeldLeaseOptions {
  readonly client: Etcd;
  readonly clock: Clock;
  readonly ttlMs: number;
  /** For how long it counts for its holder, where that is less. */
  readonly heldMs?: number;
  /** What it gives may be kept until its time is over, also when etcd ended it before: whoever is to have it next waits for more than
   * its end. */
  readonly untilItsTime: boolean;
  /** Puts the key under the lease; false when it may not be. */
  attach(lease: number): Promise<boolean>;
  /** Boot time. */
  bootMs(): number;
  /** What an earlier life of this program held. */
  readonly adopted?: AdoptedLease;
  /** Told with each lease that is held, to be kept for the next life of this program. */
  held?(id: number): void;
  /** One attempt failed; it is made again. */
  failed(error: unknown): void;
}

/** What stands there does not matter. */
const ANY_KEY = Buffer.from('/');

/** 1 to 2^48: etcd takes any number, and two lives never choose the same. */
const newLeaseId = (): number =>
  crypto.getRandomValues(new Uint8Array(6)).reduce((number, byte) => number * 256 + byte, 0) + 1;

export class HeldLease {
  readonly #of: HeldLeaseOptions;
  #id: number | undefined;
  #own: OwnLease | undefined;
  #stream: KeepAlive | undefined;
  #busy = false;
  #askedMs = Number.NEGATIVE_INFINITY;
  /** Since when the lease is known to hold its key. */
  #attachedMs = Number.POSITIVE_INFINITY;

  constructor(of: HeldLeaseOptions) {
    this.#of = of;
    this.#id = of.adopted?.id;
    this.#own = of.adopted && leaseUntil(of.adopted.untilMs, of.heldMs ?? of.ttlMs);
    if (of.adopted) this.#attachedMs = of.bootMs();
  }

  /** As far as is known; whoever relies on it compares it with the time. */
  get own(): OwnLease | undefined {
    return this.#own;
  }

  /** Asks for the lease when there is none, renews it when that is due; one request is under way at a time. */
  want(): void {
    const nowMs = this.#of.bootMs();
    if (this.#busy || nowMs - this.#askedMs < this.#of.ttlMs / RENEWALS_A_LIFE) return;
    this.#askedMs = nowMs;
    this.#busy = true;
    const id = isHeld(this.#own, nowMs) ? this.#id : undefined;
    const asked = id === undefined ? this.#acquire(nowMs) : this.#renew(id, nowMs);
    asked
      .catch((error: unknown) => this.#of.failed(error))
      .finally(() => {
        this.#busy = false;
      });
  }

  /** A read that was sent then has shown its key, or not. */
  seen(isThere: boolean, sentMs: number): void {
    if (!isThere && this.#id !== undefined && sentMs > this.#attachedMs) this.#ended();
  }

  /** Hands it back, so that nobody has to wait for its end. */
  async release(): Promise<void> {
    this.#own = undefined;
    await this.#revoke();
  }

  /** Renews no more; the lease ends by itself. */
  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
  }

  #heldFrom(sentMs: number, ttlMs: number): OwnLease {
    return { sentMs, ttlMs: Math.min(ttlMs, this.#of.heldMs ?? ttlMs) };
  }

  async #acquire(sentMs: number): Promise<void> {
    await this.#revoke();
    const id = newLeaseId();
    const { ttlMs } = await this.#of.client.grant(id, this.#of.ttlMs);
    this.#id = id;
    const attached = await this.#of.attach(id);
    // It was handed back meanwhile.
    if (this.#id !== id) return;
    if (!attached) return this.release();
    this.#own = this.#heldFrom(sentMs, ttlMs);
    this.#attachedMs = this.#of.bootMs();
    this.#of.held?.(id);
  }

  async #renew(id: number, sentMs: number): Promise<void> {
    this.#stream ??= this.#of.client.keepAlive(id);
    const stream = this.#stream;
    let timer: Timer | undefined;
    const late = new Promise<never>((_, reject) => {
      const tooLate = (): void => reject(new WorldError('Unavailable', 'a lease was not renewed in time'));
      timer = this.#of.clock.after(ANSWER_MS_MAX, tooLate, { background: true });
    });
    try {
      const { ttlMs, term } = await Promise.race([stream.renew(), late]);
      await this.#confirm(term);
      if (this.#stream === stream) this.#own = this.#heldFrom(sentMs, ttlMs);
    } catch (error) {
      stream.giveUp();
      if (this.#stream === stream) this.#stream = undefined;
      if (error instanceof WorldError && error.code === 'NotFound' && this.#id === id) this.#ended();
      throw error;
    } finally {
      timer?.cancel();
    }
  }

  async #confirm(term: number): Promise<void> {
    const { header } = await this.#of.client.range({ key: ANY_KEY });
    if (header.raft_term === term) return;
    throw new WorldError('Unavailable', `a lease was renewed in term ${term}, and it is term ${header.raft_term}`);
  }

  async #revoke(): Promise<void> {
    const id = this.#id;
    this.#leave();
    if (id !== undefined) await this.#of.client.revoke(id).catch((error: unknown) => this.#of.failed(error));
  }

  /** etcd ended it: another is asked for at once. */
  #ended(): void {
    if (!this.#of.untilItsTime) this.#own = undefined;
    this.#leave();
    this.#askedMs = Number.NEGATIVE_INFINITY;
  }

  #leave(): void {
    this.close();
    this.#id = undefined;
    this.#attachedMs = Number.POSITIVE_INFINITY;
  }
}
