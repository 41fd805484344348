// A node of a simulated pair: failover at work in a process of its own, the product's code, with hands on the API beside it, on the
// watchdog, on what the kernel refuses, and on the other node's power. Every process can be killed and is started again.
import type { FailoverChange, FailoverView } from '#engine/failover';
import type { Log } from '#platform/log';
import { type Failover, type FailoverHands, keepFailover } from '#services/failover';
import { SimulatedEtcd } from './etcd/client.ts';
import type { Member } from './etcd/member.ts';
import { Kube, type Leadership } from './kube.ts';
import type { Machine, Process } from './machine.ts';
import { Pods } from './pods.ts';
import type { Volumes } from './volumes.ts';
import { NODES, VOTERS, type World } from './world.ts';

const RESTART_MS = { least: 200, most: 1_500 } as const;
const REFUSE_MS_MAX = 20;
const AGENT_MS = 100;
const WIRE_LOOK_MS = 500;
const ASK_MS = 800;
const NOTICES_MS_MAX = 5_000;
const POWER_FAILS = 0.3;
const POWER_MS = { least: 100, most: 1_500 } as const;

export const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};

export interface Surroundings {
  readonly world: World;
  readonly volumes: Volumes;
  nodeOf(name: string): PairNode | undefined;
  powerOff(name: string): void;
}

export class PairNode {
  readonly machine: Machine;
  readonly member: Member;
  readonly pods: Pods;
  readonly kube: Kube;
  failover: Failover | undefined;
  process: Process;
  bootedMs = 0;
  #agent: Process;
  readonly #around: Surroundings;
  readonly #world: World;
  #leadership: Leadership | undefined;
  /** What is known of the leases of the program that ran last. */
  #leases: { node?: number; control?: number } = {};
  #lost: readonly string[] = [];
  #lives = 0;
  #wireCutMs: number | undefined;
  #tookPartMs = Number.NEGATIVE_INFINITY;
  readonly #noticesAfterMs: number;
  #boots = 0;

  constructor(machine: Machine, member: Member, around: Surroundings) {
    this.machine = machine;
    this.member = member;
    this.#around = around;
    this.#world = around.world;
    this.pods = new Pods(this.#world, machine, around.volumes);
    this.kube = new Kube(this.#world, machine, () => this.#leadership);
    this.#noticesAfterMs = this.#world.random.next() * NOTICES_MS_MAX;
    this.#agent = machine.start();
    this.process = machine.start('product');
    this.#begin();
  }

  get name(): string {
    return this.machine.name;
  }

  get #inMs(): number {
    return RESTART_MS.least + this.#world.random.next() * (RESTART_MS.most - RESTART_MS.least);
  }

  /** The program of failover starts in its process, and finds what its life before left. */
  #begin(): void {
    const { process } = this;
    const { untilMs } = this.pods;
    const { node, control } = this.#leases;
    const servesUntilMs = this.kube.servesUntilMs ?? 0;
    const keeps = control !== undefined && this.machine.bootMs() < servesUntilMs;
    if (!keeps) this.#lives++;
    this.failover = keepFailover({
      self: this.name,
      life: `${this.#boots}.${this.#lives}`,
      voters: VOTERS,
      nodes: NODES,
      etcd: {
        endpoints: [this.name, ...VOTERS.filter((name) => name !== this.name)],
        connect: (options) => new SimulatedEtcd(process, this.#world.quorum, options),
      },
      hands: this.#hands(process),
      adopted: {
        ...(node !== undefined && typeof untilMs === 'number' && { node: { id: node, untilMs } }),
        ...(keeps && { control: { id: control, untilMs: servesUntilMs } }),
      },
      held: (what, lease) => {
        this.#leases[what] = lease;
      },
      clock: process.clock,
      bootMs: () => this.machine.bootMs(),
      log: silent,
    });
    this.#leadership = this.failover.leadership;
    this.#wireCutMs = undefined;
    this.#lookAtWire(process);
    if (!keeps) this.kube.restart();
    this.#restartAgent();
  }

  /** Whether anything comes over the wire between the nodes; looked at now and then. */
  #lookAtWire(process: Process): void {
    const { network, machines } = this.#world;
    process.every(WIRE_LOOK_MS, () => {
      const other = NODES.find((name) => name !== this.name) ?? '';
      const isWired = network.isWired(this.name, other) && network.isWired(other, this.name);
      if (isWired && machines.get(other)?.runs === true) this.#wireCutMs = undefined;
      else this.#wireCutMs ??= this.machine.bootMs();
    });
  }

  #restartAgent(): void {
    this.#agent.end();
    this.#agent = this.machine.start();
    this.#agent.every(AGENT_MS, () => this.#syncPods());
  }

  killFailover(): void {
    this.process.end();
    this.failover = undefined;
    this.process = this.machine.start('product');
    this.process.after(this.#inMs, () => this.#begin());
  }

  killMember(): void {
    const ended = this.member.process;
    ended.end();
    this.#world.timeline.after(this.#inMs, () => {
      if (this.machine.powered && this.member.process === ended) this.member.restart(this.machine.start());
    });
  }

  boot(): void {
    this.#boots++;
    this.bootedMs = this.#world.timeline.nowMs;
    this.machine.powerOn();
    this.member.restart(this.machine.start());
    this.#leases = {};
    this.#lost = [];
    this.pods.reboot();
    this.kube.restart();
    this.process = this.machine.start('product');
    this.process.after(this.#inMs, () => this.#begin());
  }

  /** What runs is made what the API wants to run here, as far as it may. */
  #syncPods(): void {
    const sources = [this, ...NODES.filter((name) => name !== this.name).map((name) => this.#around.nodeOf(name))];
    for (const source of sources) {
      if (!source?.kube.serves) continue;
      const agent = this.#agent;
      const { network } = this.#world;
      network.send(this.name, source.kube.process, 'lost', () => {
        const placements = source.kube.placements();
        if (placements) network.send(source.name, agent, 'lost', () => this.#makeSo(placements));
      });
    }
  }

  #makeSo(placements: ReadonlyMap<string, { readonly node: string; readonly placement: number }>): void {
    const mayStart = this.failover?.state.node === 'member' && this.pods.mayRun;
    for (const [identity, { node, placement }] of placements) {
      const running = this.pods.running.get(identity);
      if (running && placement > running.placement) this.pods.stop(identity);
      if (node === this.name && mayStart && !this.pods.running.has(identity)) this.pods.start({ identity, placement });
    }
  }

  #hands(process: Process): FailoverHands {
    return {
      health: () => this.#health(),
      serve: (untilMs) => this.kube.order(untilMs, this.#lost),
      pods: (untilMs) => this.pods.order(untilMs),
      lost: (nodes) => {
        this.#lost = nodes;
      },
      refuse: (nodes) => refuseOn(process, nodes, this.#world),
      cutPower: (node) => this.#cutPower(process, node),
      isOut: (node) => this.#isOut(process, node),
      told: (change) => this.#told(change),
    };
  }

  #health(): FailoverView['health'] {
    const { kube, pods, member } = this;
    const node = this.failover?.state.node ?? 'out';
    const isOurs = node === 'member' || node === 'holding';
    return {
      serving: !kube.hasStopped,
      clean: pods.running.size === 0 || isOurs,
      fit: kube.isFollowing && this.#memberIsFit(member.takesPart) && pods.watchdog.runs,
      ...(kube.progressMs !== undefined && { progressMs: kube.progressMs }),
      ...(this.#wireCutMs !== undefined && { wireCutMs: this.#wireCutMs }),
    };
  }

  /** That a disk stands still is noticed after a while only. */
  #memberIsFit(takesPart: boolean): boolean {
    const bootMs = this.machine.bootMs();
    if (takesPart) this.#tookPartMs = bootMs;
    return bootMs - this.#tookPartMs <= this.#noticesAfterMs;
  }

  #cutPower(process: Process, node: string): Promise<boolean> {
    const { hasPowerControl, random, timeline } = this.#world;
    if (!hasPowerControl || random.next() < POWER_FAILS) return Promise.resolve(false);
    const inMs = POWER_MS.least + random.next() * (POWER_MS.most - POWER_MS.least);
    return new Promise((resolve) => {
      timeline.after(inMs, () => {
        this.#around.powerOff(node);
        process.deliver(() => resolve(true));
      });
    });
  }

  #isOut(process: Process, node: string): Promise<boolean> {
    const { network, timeline } = this.#world;
    const peer = this.#around.nodeOf(node);
    return new Promise((resolve) => {
      process.after(ASK_MS, () => resolve(false));
      if (peer === undefined || !network.isWired(this.name, node) || !network.isWired(node, this.name)) return;
      const asked = peer.process;
      timeline.after(network.delayMs(), () =>
        asked.deliver(() => {
          const isOut =
            peer.failover?.state.node === 'out' && peer.pods.running.size === 0 && peer.#wireCutMs === undefined;
          timeline.after(network.delayMs(), () => process.deliver(() => resolve(isOut)));
        }),
      );
    });
  }

  #told({ what, from, to, reason }: FailoverChange): void {
    this.#world.see({ kind: 'told', node: this.name, text: `${what} ${from} -> ${to}: ${reason}` });
    if (what === 'node' && to !== 'member') this.#restartAgent();
  }
}

/** The kernel takes a moment. */
export function refuseOn(process: Process, nodes: readonly string[], { random }: Pick<World, 'random'>): Promise<void> {
  return new Promise((resolve) => {
    process.after(random.next() * REFUSE_MS_MAX, () => {
      process.machine.refuses = new Set(nodes);
      resolve();
    });
  });
}
