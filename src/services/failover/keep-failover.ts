// Failover at work on one node: looks at the site, asks the decider, and has its orders carried out, again and again. Whatever fails
// is tried again at the next turn; nothing here decides.
import {
  CONTROL_HELD_MS,
  CONTROL_TTL_MS,
  type FailoverOrders,
  type FailoverState,
  type FailoverView,
  type Fence,
  failoverStart,
  failoverStep,
  NODE_TTL_MS,
  type SiteSeen,
} from '#engine/failover';
import type { Clock, Timer } from '#platform/clock';
import { connectEtcd, type Etcd, type EtcdOptions } from '#platform/etcd';
import type { Log } from '#platform/log';
import { SiteAgreement } from './agreement.ts';
import type { FailoverHands } from './contract.ts';
import { type AdoptedLease, HeldLease } from './held-lease.ts';
import { ANSWER_MS_MAX, ASK_MS, LEAVE_MS_MAX, LOOK_MS, STEP_MS } from './limits.ts';
import { Refusing } from './refusing.ts';

export interface FailoverOptions {
  readonly self: string;
  readonly life: string;
  readonly voters: readonly string[];
  readonly nodes: readonly string[];
  /** The member on this node first. */
  readonly etcd: EtcdOptions;
  readonly hands: FailoverHands;
  /** What an earlier life of this program held: the node lease, whose pods run on, and the leadership, under which the API serves. Of the
   * latter only with the same `life`, which is part of what it holds. */
  readonly adopted?: { readonly node?: AdoptedLease; readonly control?: AdoptedLease };
  /** Told with each lease that is held, to be adopted by the next life. */
  held?(what: 'node' | 'control', id: number): void;
  readonly clock: Clock;
  /** Boot time, suspended time included. */
  bootMs(): number;
  readonly log: Log;
}

export interface Failover {
  readonly state: FailoverState;
  readonly seen: SiteSeen | undefined;
  readonly leadership: { readonly key: string; readonly value: string };
  /** Gives control to the other node, once, when this one has it; who asks has seen that the other one can take it. */
  handOver(): void;
  /** Hands back what it holds, once the API serves no more and no pod runs; without that, all of it ends by itself. Who is `coming back`
   * is not lost meanwhile, when nothing of this node runs any more, clients of volumes among it. */
  stop(how: 'handing back' | 'coming back' | 'as it stands'): Promise<void>;
}

const ownLeases = ({ node, control }: Record<'node' | 'control', HeldLease>): FailoverView['leases'] => ({
  ...(node.own && { node: node.own }),
  ...(control.own && { control: control.own }),
});

export function keepFailover(options: FailoverOptions): Failover {
  return new FailoverKeeper(options);
}

class FailoverKeeper implements Failover {
  readonly #of: FailoverOptions;
  readonly #client: Etcd;
  readonly #agreement: SiteAgreement;
  readonly #leases: { readonly node: HeldLease; readonly control: HeldLease };
  readonly #refusing: Refusing;
  readonly #asking = new Map<string, number>();
  #returning: Record<string, number> = {};
  #state: FailoverState;
  #seen: SiteSeen | undefined;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  #stopped = false;
  #handOver = false;

  constructor(of: FailoverOptions) {
    const { self, life, hands, bootMs } = of;
    this.#of = of;
    this.#client = connectEtcd({ ...of.etcd, timeoutMs: ANSWER_MS_MAX });
    this.#agreement = new SiteAgreement({ client: this.#client, self, life });
    const failed = (error: unknown): void => of.log.debug('failover: an attempt failed', { error });
    const leased = { client: this.#client, clock: of.clock, bootMs, failed };
    this.#leases = {
      node: new HeldLease({
        ...leased,
        ttlMs: NODE_TTL_MS,
        // A node without its key is fenced before its pods start elsewhere; until then they may run.
        untilItsTime: true,
        attach: (lease) => this.#agreement.join(lease),
        ...(of.adopted?.node && { adopted: of.adopted.node }),
        held: (id) => of.held?.('node', id),
      }),
      control: new HeldLease({
        ...leased,
        ttlMs: CONTROL_TTL_MS,
        heldMs: CONTROL_HELD_MS,
        untilItsTime: false,
        attach: (lease) => this.#agreement.campaign(lease),
        ...(of.adopted?.control && { adopted: of.adopted.control }),
        held: (id) => of.held?.('control', id),
      }),
    };
    this.#refusing = new Refusing({ self, agreement: this.#agreement, hands, failed });
    this.#state = failoverStart(bootMs(), ownLeases(this.#leases));
    this.#turn();
  }

  get state(): FailoverState {
    return this.#state;
  }

  get seen(): SiteSeen | undefined {
    return this.#seen;
  }

  get leadership(): { readonly key: string; readonly value: string } {
    return this.#agreement.leadership;
  }

  handOver(): void {
    if (this.#state.control === 'controlling') this.#handOver = true;
  }

  #turn(): void {
    if (this.#stopped) return;
    this.#look();
    this.#step();
    this.#timer = this.#of.clock.after(STEP_MS, () => this.#turn(), { background: true });
  }

  #look(): void {
    const sentMs = this.#of.bootMs();
    if (sentMs - this.#lookedMs < LOOK_MS) return;
    this.#lookedMs = sentMs;
    this.#agreement.look(sentMs).then(
      (seen) => {
        // Answers may overtake each other.
        if (seen.sentMs <= (this.#seen?.sentMs ?? Number.NEGATIVE_INFINITY)) return;
        this.#seen = seen;
        this.#leases.node.seen(seen.present.includes(this.#of.self), sentMs);
        this.#leases.control.seen(seen.controller === this.#of.self, sentMs);
      },
      (error: unknown) => this.#of.log.debug('failover: the site cannot be seen', { error }),
    );
  }

  #step(): void {
    const { self, voters, nodes, hands, bootMs } = this.#of;
    const { node, control } = this.#leases;
    const view = {
      self,
      voters,
      nodes,
      leases: ownLeases({ node, control }),
      ...(this.#seen && { seen: this.#seen }),
      health: hands.health(),
      returning: this.#returning,
      handOver: this.#handOver,
    };
    const { state, orders, changes } = failoverStep(this.#state, view, bootMs());
    this.#state = state;
    if (state.control !== 'controlling') this.#handOver = false;
    for (const change of changes) hands.told(change);
    this.#carryOut(orders);
  }

  #carryOut(orders: FailoverOrders): void {
    const { hands } = this.#of;
    const { node, control } = this.#leases;
    // What ends comes first.
    hands.serve(orders.serveUntilMs);
    hands.pods(orders.podsUntilMs);
    if (orders.resign) this.#resign(orders.inOrder);
    if (orders.renewControl || orders.campaign) control.want();
    if (orders.renewNode) node.want();
    if (this.#seen) this.#refusing.carryOut(this.#seen);
    hands.lost(orders.lost);
    for (const name of orders.fence) this.#now(`fence ${name}`, () => this.#agreement.fence(name));
    for (const fence of this.#fencesOf(orders.lift)) this.#now(`lift ${fence.node}`, () => this.#agreement.lift(fence));
    for (const fence of this.#fencesOf(orders.cutPower))
      this.#now(
        `power ${fence.node}`,
        async () => (await hands.cutPower(fence.node)) && this.#agreement.markOff(fence),
      );
    for (const fence of this.#fencesOf(orders.lost)) this.#now(`ask ${fence.node}`, () => this.#askWhetherOut(fence));
  }

  #resign(inOrder: boolean): void {
    const { control } = this.#leases;
    if (!inOrder) void control.release();
    else
      this.#now('resign', async () => {
        await this.#agreement.resign();
        await control.release();
      });
  }

  #fencesOf(nodes: readonly string[]): readonly Fence[] {
    return (this.#seen?.fences ?? []).filter(({ node }) => nodes.includes(node));
  }

  async #askWhetherOut({ node, epoch }: Fence): Promise<void> {
    const isOut = await this.#of.hands.isOut(node);
    this.#returning = isOut ? { ...this.#returning, [node]: epoch } : { ...this.#returning, [node]: 0 };
  }

  /** One of a kind at a time, and not more often than others can follow. */
  #now(what: string, act: () => Promise<unknown>): void {
    const nowMs = this.#of.bootMs();
    if (nowMs < (this.#asking.get(what) ?? Number.NEGATIVE_INFINITY)) return;
    this.#asking.set(what, Number.POSITIVE_INFINITY);
    act()
      .catch((error: unknown) => this.#of.log.debug(`failover: ${what} failed`, { error }))
      .finally(() => this.#asking.set(what, this.#of.bootMs() + ASK_MS));
  }

  /** Whether nothing runs under the node's lease any more; waits for it a while. */
  async #isEmpty(): Promise<boolean> {
    const { hands, bootMs, clock } = this.#of;
    const untilMs = bootMs() + LEAVE_MS_MAX;
    while (bootMs() < untilMs) {
      const { clean, serving } = hands.health();
      if (clean && !serving) return true;
      await clock.sleep(STEP_MS);
    }
    return false;
  }

  async stop(how: 'handing back' | 'coming back' | 'as it stands'): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    const { node, control } = this.#leases;
    if (how !== 'as it stands') {
      this.#of.hands.serve(undefined);
      this.#of.hands.pods(undefined);
      await control.release();
      if (how === 'coming back' && (await this.#isEmpty())) await this.#agreement.leave();
      await node.release();
    }
    node.close();
    control.close();
    this.#client.close();
  }
}
