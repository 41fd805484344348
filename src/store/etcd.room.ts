// How much room the log may still take in etcd. etcd refuses everything at its own quota, so puts stop well below it.
import type { EtcdClient } from '#platform/etcd';
import { ETCD_MEASURE_BYTES, ETCD_PROBE_MS, ETCD_QUOTA_BYTES } from './limits.ts';

export class EtcdRoom {
  #bytes = 0;
  #full = false;
  #unmeasured = 0;
  /** etcd's revision up to which its own history can go. */
  #compactTo = 0;
  #probe: NodeJS.Timeout | undefined;
  readonly #client: EtcdClient;
  readonly #quotaBytes: number;
  readonly #disk: ((full: boolean) => void) | undefined;

  constructor(client: EtcdClient, quotaBytes = ETCD_QUOTA_BYTES, disk?: (full: boolean) => void) {
    this.#client = client;
    this.#quotaBytes = quotaBytes;
    this.#disk = disk;
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
    clearInterval(this.#probe);
    const again = (): void => void this.#makeRoom().catch(() => undefined);
    this.#probe = full ? setInterval(again, ETCD_PROBE_MS).unref() : undefined;
    this.#disk?.(full);
  }

  /** Lets etcd forget its own history, one round behind, so that a standby that lags a little is not cut off. */
  async compact(revision: number): Promise<void> {
    const to = this.#full ? revision : this.#compactTo;
    this.#compactTo = revision;
    if (to > 0) await this.#client.compact(to);
  }

  close(): void {
    clearInterval(this.#probe);
  }

  async #makeRoom(): Promise<void> {
    if (this.#compactTo > 0) {
      const to = this.#compactTo;
      this.#compactTo = 0;
      await this.#client.compact(to);
    }
    await this.measure();
  }
}
