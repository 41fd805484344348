// How much room the log may still take in etcd. etcd refuses everything at its own quota, so puts stop well below it.
import { type Clock, systemClock, type Timer } from '#platform/clock';
import type { Etcd } from '#platform/etcd';
import { ETCD_MEASURE_BYTES, ETCD_PROBE_MS, ETCD_QUOTA_BYTES } from './limits.ts';

export interface EtcdRoomOptions {
  readonly quotaBytes?: number;
  disk?(full: boolean): void;
  readonly clock?: Clock;
  /** Writes something small. */
  touch(): Promise<unknown>;
}

export class EtcdRoom {
  #bytes = 0;
  #full = false;
  #closed = false;
  #unmeasured = 0;
  /** etcd's revision up to which its own history can go. */
  #compactTo = 0;
  #probe: Timer | undefined;
  readonly #client: Etcd;
  readonly #options: EtcdRoomOptions;
  readonly #quotaBytes: number;

  constructor(client: Etcd, options: EtcdRoomOptions) {
    this.#client = client;
    this.#options = options;
    this.#quotaBytes = options.quotaBytes ?? ETCD_QUOTA_BYTES;
  }

  get full(): boolean {
    return this.#full;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Counts what was written; measures now and then, beside the writes. */
  wrote(bytes: number): void {
    this.#unmeasured += bytes;
    if (this.#unmeasured < Math.min(ETCD_MEASURE_BYTES, this.#quotaBytes / 8)) return;
    this.#unmeasured = 0;
    this.measure().catch(() => {
      this.#unmeasured = ETCD_MEASURE_BYTES;
    });
  }

  async measure(): Promise<void> {
    const { dbSize, dbSizeInUse } = await this.#client.status();
    this.#bytes = dbSize;
    const full = dbSizeInUse >= this.#quotaBytes;
    if (full === this.#full) return;
    this.#full = full;
    this.#probeLater();
    this.#options.disk?.(full);
  }

  /** Lets etcd forget its own history, one round behind, so that a standby that lags a little is not cut off. */
  async compact(revision: number): Promise<void> {
    const to = this.#full ? revision : this.#compactTo;
    this.#compactTo = revision;
    if (to > 0) await this.#client.compact(to);
  }

  close(): void {
    this.#closed = true;
    this.#probe?.cancel();
  }

  #probeLater(): void {
    this.#probe?.cancel();
    if (this.#closed || !this.#full) return;
    const again = (): void => this.#probeLater();
    this.#probe = (this.#options.clock ?? systemClock).after(
      ETCD_PROBE_MS,
      () => void this.#makeRoom().then(again, again),
      { background: true },
    );
  }

  async #makeRoom(): Promise<void> {
    if (this.#compactTo > 0) {
      const to = this.#compactTo;
      this.#compactTo = 0;
      await this.#client.compact(to);
    }
    // etcd counts pages as free only two commits after they were freed.
    await this.#options.touch();
    await this.measure();
  }
}
