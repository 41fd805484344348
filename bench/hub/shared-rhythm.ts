// Heartbeats of the sites that share a connection with another: each a minute after the one before, with the jitter of the
// product, begun at a moment of its own.
import type { Random } from '#base';
import { HEARTBEAT_INTERVAL_MS } from '#model/link';
import { BEAT_JITTER } from '../../src/services/link/limits.ts';
import type { LoadSite } from './load-site.ts';

export class SharedRhythm {
  readonly #random: Random;
  #isOver = false;

  constructor(of: { readonly sites: readonly LoadSite[]; readonly more: number; readonly random: Random }) {
    this.#random = of.random;
    for (const site of of.sites)
      for (let i = 0; i < of.more; i++) setTimeout(() => this.#beat(site), HEARTBEAT_INTERVAL_MS * of.random.next());
  }

  stop(): void {
    this.#isOver = true;
  }

  #beat(site: LoadSite): void {
    if (this.#isOver) return;
    const { uplink } = site;
    if (uplink) site.beat(uplink).catch((error: unknown) => site.failed(error));
    else site.failed(new Error('there is no connection to beat over'));
    const jitter = 1 - BEAT_JITTER + 2 * BEAT_JITTER * this.#random.next();
    setTimeout(() => this.#beat(site), HEARTBEAT_INTERVAL_MS * jitter);
  }
}
