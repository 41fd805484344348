// What failover orders of this node, done: kube serves or not, machines stand here or not, others are refused or not. It decides nothing.
import type { FailoverChange, FailoverView } from '#engine/failover';
import type { Site } from '#model/site';
import { machineTime } from '#platform/clock';
import type { Log } from '#platform/log';
import type { Watchdog, WatchdogState } from '#platform/watchdog';
import type { FailoverHands } from '#services/failover';
import type { Refusals } from '#services/fencing';
import type { EventLog } from '#services/supervisor';
import type { PeerCalls } from './peer-door.ts';
import type { Placement } from './placement.ts';
import type { KubeWord } from './tell-kube.ts';

export interface NodeHandsOptions {
  readonly site: Site;
  readonly kube: KubeWord;
  readonly watchdog: Watchdog;
  readonly placement: Placement;
  readonly refusals: Refusals;
  readonly calls: PeerCalls;
  readonly events: EventLog;
  readonly log: Log;
  /** The port of the switch to the others carries something. */
  uplinkIsUp(): boolean;
  /** Since when nothing comes over the wire between the nodes. */
  wireCutMs(): number | undefined;
  /** The replicated volume is made, and can be mounted. */
  volumesAreThere(): boolean;
  /** What the leadership holds while it is ours. */
  leadership(): { readonly key: string; readonly value: string };
  /** Cuts a node's power; true when it is known to be off. */
  cutPower(node: string): Promise<boolean>;
  /** The number of the node lease that is held. */
  nodeLease(): number | undefined;
}

/** Milliseconds between two words to the neighbours where addresses are, while a lost node might say otherwise. */
const ANNOUNCE_AGAIN_MS = 1_000;
/** Milliseconds that an answer of kube or of the watchdog may be late. */
const LATE_MS = 2_000;
/** Milliseconds between two looks at the watchdog: what is left to end decides about a way back. */
const WATCHDOG_LOOK_MS = 250;

export class NodeHands implements FailoverHands {
  readonly #of: NodeHandsOptions;
  #lost: readonly string[] = [];
  #serves = false;
  #announcedMs = 0;
  /** When it was last fit to lead. */
  #fitMs = Number.NEGATIVE_INFINITY;
  /** Pods may run, and until when. */
  #podsUntilMs: number | 'unbounded' | undefined;
  #watchdog: WatchdogState | undefined;
  /** How often it had fired when what stands here was placed; undefined until that is looked at. */
  #firedSeen: number | undefined;

  constructor(of: NodeHandsOptions) {
    this.#of = of;
    this.#lookAtWatchdog();
  }

  /** This node controls. */
  get serves(): boolean {
    return this.#serves;
  }

  health(): FailoverView['health'] {
    const { kube, watchdog, uplinkIsUp } = this.#of;
    const { serving, followed, progressMs } = kube.said;
    const wireCutMs = this.#of.wireCutMs();
    const isArmed = watchdog.follows?.do === 'arm';
    return {
      serving,
      ...(progressMs !== undefined && { progressMs }),
      ...(wireCutMs !== undefined && { wireCutMs }),
      clean: this.#podsUntilMs === undefined && watchdog.follows !== undefined && this.#watchdog?.clean === true,
      fit: this.#lasts(followed && isArmed) && uplinkIsUp(),
    };
  }

  /** Whether it holds, or did a moment ago: a busy machine answers late, and that costs nobody the control. */
  #lasts(holds: boolean): boolean {
    const now = machineTime.bootMs();
    if (holds) this.#fitMs = now;
    return now - this.#fitMs <= LATE_MS;
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
    const { watchdog, nodeLease } = this.#of;
    const id = nodeLease();
    this.#podsUntilMs = untilMs;
    if (untilMs === undefined) {
      watchdog.fire();
      this.#firedSeen = undefined;
    } else if (id !== undefined) watchdog.arm(untilMs === 'unbounded' ? untilMs : Math.floor(untilMs), id);
    this.#place();
  }

  refuse(nodes: readonly string[]): Promise<void> {
    return this.#of.refusals.refuse(nodes);
  }

  lost(nodes: readonly string[]): void {
    this.#lost = nodes;
    const now = machineTime.bootMs();
    if (nodes.length === 0 || now - this.#announcedMs < ANNOUNCE_AGAIN_MS) return;
    this.#announcedMs = now;
    this.#of.placement.announce();
  }

  cutPower(node: string): Promise<boolean> {
    return this.#of.cutPower(node);
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

  /** Nothing is placed before the watchdog is known to hold its end. */
  #place(): void {
    const { placement, watchdog } = this.#of;
    const mayRun = this.#podsUntilMs !== undefined;
    const pods = mayRun && (watchdog.follows?.do === 'arm' || placement.placed.pods);
    placement.want({ volumes: pods && this.#of.volumesAreThere(), pods, control: this.#serves });
  }

  /** One that fired by itself has taken down what was placed here: it is placed anew. */
  #lookAtWatchdog(): void {
    const { watchdog, placement } = this.#of;
    watchdog
      .state()
      .then(
        (state) => {
          this.#watchdog = state;
          if (state.state === 'fired') return;
          const { times } = state.fired;
          if (placement.placed.pods && this.#firedSeen !== undefined && times !== this.#firedSeen) placement.again();
          this.#firedSeen = times;
        },
        () => {
          this.#watchdog = undefined;
        },
      )
      .finally(() => setTimeout(() => this.#lookAtWatchdog(), WATCHDOG_LOOK_MS).unref());
  }
}
