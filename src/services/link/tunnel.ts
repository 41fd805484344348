// Keeps the tunnel open through which the hub reaches the site's Kubernetes API: one stream of the link, ended with it.
import { messageOf } from '#base';
import { LINK_PATHS, TUNNEL_PROTOCOL } from '#model/link';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import { serveTunnel, type TunnelConnection, type TunnelServer } from '#platform/tunnel';
import type { Uplink } from '#platform/uplink';

export class ClusterTunnel {
  readonly #of: { take?: (connection: TunnelConnection) => void; clock: Clock; log: Log };
  #uplink: Uplink | undefined;
  #server: TunnelServer | undefined;

  constructor(of: { take?: (connection: TunnelConnection) => void; clock: Clock; log: Log }) {
    this.#of = of;
  }

  get isOpen(): boolean {
    return this.#server !== undefined;
  }

  /** Opens it over this connection unless it is open there. */
  open(uplink: Uplink): void {
    const { take, clock, log } = this.#of;
    if (!take || (this.#uplink === uplink && this.#server)) return;
    this.close();
    this.#uplink = uplink;
    uplink.connect(LINK_PATHS.tunnel, TUNNEL_PROTOCOL).then(
      (stream) => {
        if (this.#uplink !== uplink) return void stream.destroy();
        const server = serveTunnel(stream, take, clock);
        this.#server = server;
        void server.ended.then(() => {
          if (this.#server === server) this.#server = undefined;
        });
      },
      (error) => log.debug('the cluster cannot be reached through the hub', { error: messageOf(error) }),
    );
  }

  close(): void {
    this.#uplink = undefined;
    this.#server?.close();
    this.#server = undefined;
  }
}
