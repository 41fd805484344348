// The tunnels that sites have opened: one a site, the newest wins. A tunnel ends with its link, when its site's identity ends,
// and when the site is removed.
import type { Clock, Timer } from '#platform/clock';
import type { Log } from '#platform/log';
import { openTunnel, type Tunnel } from '#platform/tunnel';
import type { HubSite } from '../sites/site.ts';

type TunnelStream = Parameters<typeof openTunnel>[0];

export class Tunnels {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #tunnels = new Map<HubSite, Tunnel>();

  constructor(of: { readonly clock: Clock; readonly log: Log }) {
    this.#clock = of.clock;
    this.#log = of.log;
  }

  get size(): number {
    return this.#tunnels.size;
  }

  of(site: HubSite): Tunnel | undefined {
    return this.#tunnels.get(site);
  }

  /** Takes the place of an earlier one: a site that comes back has lost that, whether the hub knows it or not. */
  open(site: HubSite, stream: TunnelStream, identityEndMs: number): void {
    this.close(site);
    const tunnel = openTunnel(stream, this.#clock);
    this.#tunnels.set(site, tunnel);
    this.#log.info('the cluster of a site can be reached', { site: site.name });
    let timer: Timer | undefined;
    const untilEnd = (): void => {
      const leftMs = identityEndMs - this.#clock.now();
      if (leftMs <= 0) tunnel.close();
      else timer = this.#clock.after(Math.min(leftMs, LOOK_AGAIN_MS), untilEnd, { background: true });
    };
    untilEnd();
    void tunnel.ended.then(() => {
      timer?.cancel();
      if (this.#tunnels.get(site) !== tunnel) return;
      this.#tunnels.delete(site);
      this.#log.info('the cluster of a site cannot be reached any more', { site: site.name });
    });
  }

  close(site: HubSite): void {
    this.#tunnels.get(site)?.close();
    this.#tunnels.delete(site);
  }

  closeAll(): void {
    for (const site of [...this.#tunnels.keys()]) this.close(site);
  }
}

/** A clock may jump: the end of an identity is looked at this often. */
const LOOK_AGAIN_MS = 60_000;
