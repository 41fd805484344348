// What failover orders of this node, done: kube serves or not, machines stand here or not, others are refused or not. It decides nothing.
import type { FailoverChange, FailoverView } from '#engine/failover';
import { machineCgroup, type Site, workerHere } from '#model/site';
import type { Cgroups } from '#platform/cgroup';
import { machineTime } from '#platform/clock';
import type { Log } from '#platform/log';
import type { FailoverHands } from '#services/failover';
import type { EventLog } from '#services/supervisor';
import type { PeerCalls } from './peer-door.ts';
import type { Placement } from './placement.ts';
import type { KubeWord } from './tell-kube.ts';

export interface NodeHandsOptions {
  readonly site: Site;
  readonly kube: KubeWord;
  readonly placement: Placement;
  readonly calls: PeerCalls;
  readonly cgroups: Cgroups;
  readonly events: EventLog;
  readonly log: Log;
  /** The port of the switch to the others carries something. */
  uplinkIsUp(): boolean;
  /** What the leadership holds while it is ours. */
  leadership(): { readonly key: string; readonly value: string };
}

/** Between two words to the neighbours where addresses are, while a lost node might say otherwise. */
const ANNOUNCE_AGAIN_MS = 1_000;

export class NodeHands implements FailoverHands {
  readonly #of: NodeHandsOptions;
  #lost: readonly string[] = [];
  #serves = false;
  #announcedMs = 0;
  /** Pods may run, and until when. */
  #podsUntilMs: number | 'unbounded' | undefined;

  constructor(of: NodeHandsOptions) {
    this.#of = of;
    setInterval(() => this.#endPods(), 50).unref();
  }

  health(): FailoverView['health'] {
    const { kube, uplinkIsUp } = this.#of;
    const { serving, followed, progressMs } = kube.said;
    return {
      serving,
      ...(progressMs !== undefined && { progressMs }),
      clean: this.#podsUntilMs !== undefined || this.#podProcesses().length === 0,
      fit: followed && uplinkIsUp(),
    };
  }

  serve(untilMs: number | undefined): void {
    const { kube, leadership } = this.#of;
    this.#serves = untilMs !== undefined;
    this.#place();
    kube.tell(
      untilMs === undefined ? { kind: 'stop' } : { kind: 'serve', untilMs, leadership: leadership(), lost: this.#lost },
    );
  }

  pods(untilMs: number | 'unbounded' | undefined): void {
    this.#podsUntilMs = untilMs;
    this.#place();
    this.#endPods();
  }

  async refuse(): Promise<void> {
    // Not yet.
  }

  lost(nodes: readonly string[]): void {
    this.#lost = nodes;
    const now = machineTime.bootMs();
    if (nodes.length === 0 || now - this.#announcedMs < ANNOUNCE_AGAIN_MS) return;
    this.#announcedMs = now;
    this.#of.placement.announce();
  }

  async cutPower(): Promise<boolean> {
    return false;
  }

  async isOut(node: string): Promise<boolean> {
    return (await this.#of.calls.ask(node)).out;
  }

  told({ what, from, to, reason }: FailoverChange): void {
    const { log, events, site } = this.#of;
    log.info('failover', { what, from, to, reason });
    const subject = what === 'node' || what === 'control' ? `${site.node ?? ''} ${what}` : what;
    const isBad = ['killing', 'holding', 'stopping', 'lost', 'fencing', 'fenced'].includes(to);
    events.add({
      type: isBad ? 'Warning' : 'Normal',
      subject,
      reason: `Failover${to[0]?.toUpperCase()}${to.slice(1)}`,
      message: reason,
    });
  }

  #place(): void {
    this.#of.placement.want({ pods: this.#podsUntilMs !== undefined, control: this.#serves });
  }

  #podProcesses(): number[] {
    const { site, cgroups } = this.#of;
    return cgroups.processes(machineCgroup(site, workerHere(site)));
  }

  #endPods(): void {
    const until = this.#podsUntilMs;
    const { site, cgroups } = this.#of;
    if (until === 'unbounded' || (until !== undefined && machineTime.bootMs() < until)) return;
    if (this.#podProcesses().length > 0) void cgroups.killAll(machineCgroup(site, workerHere(site)));
  }
}
