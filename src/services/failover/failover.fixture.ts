// Two nodes and a witness on a real etcd of three members, with hands that remember what they were told.
import { systemClock } from '#platform/clock';
import { type EtcdCluster, startEtcdCluster } from '#platform/etcd';
import { memoryLog } from '#platform/log';
import { type Failover, type FailoverHands, keepFailover, keepWitness } from './index.ts';

export const NODES = ['node-a', 'node-b'] as const;
export const WITNESS = 'witness';
export const VOTERS = [...NODES, WITNESS];

const bootMs = (): number => performance.now();

/** A node whose pods are a flag, and whose API serves as long as it may. */
export class TestNode implements FailoverHands {
  readonly name: string;
  failover: Failover | undefined;
  fit = true;
  stuck = false;
  runsPods = false;
  kills = 0;
  refused: readonly string[] = [];
  lostNodes: readonly string[] = [];
  readonly told_: string[] = [];
  readonly #site: TestSite;
  #serveUntilMs: number | undefined;
  #podsUntilMs: number | 'unbounded' | undefined;
  #progressMs = 0;
  #lease: number | undefined;

  constructor(name: string, site: TestSite) {
    this.name = name;
    this.#site = site;
  }

  get serving(): boolean {
    return this.#serveUntilMs !== undefined && bootMs() < this.#serveUntilMs;
  }

  get mayRunPods(): boolean {
    return this.#podsUntilMs === 'unbounded' || (this.#podsUntilMs !== undefined && bootMs() < this.#podsUntilMs);
  }

  health() {
    if (this.serving && !this.stuck) this.#progressMs = bootMs();
    const isMember = this.failover?.state.node === 'member' || this.failover?.state.node === 'holding';
    return { serving: this.serving, clean: !this.runsPods || isMember, fit: this.fit, progressMs: this.#progressMs };
  }

  serve(untilMs: number | undefined): void {
    this.#serveUntilMs = untilMs;
  }

  pods(untilMs: number | 'unbounded' | undefined): void {
    this.#podsUntilMs = untilMs;
    if (untilMs !== undefined || !this.runsPods) return;
    this.runsPods = false;
    this.kills++;
  }

  async refuse(nodes: readonly string[]): Promise<void> {
    this.refused = nodes;
  }

  lost(nodes: readonly string[]): void {
    this.lostNodes = nodes;
  }

  held(id: number): void {
    this.#lease = id;
  }

  /** As a program that starts anew finds it. */
  get adopted(): { id: number; untilMs: number } | undefined {
    const [id, untilMs] = [this.#lease, this.#podsUntilMs];
    return id === undefined || typeof untilMs !== 'number' ? undefined : { id, untilMs };
  }

  async cutPower(): Promise<boolean> {
    return false;
  }

  async isOut(node: string): Promise<boolean> {
    const other = this.#site.nodes.get(node);
    return other?.failover?.state.node === 'out' && !other.runsPods;
  }

  told({ what, from, to, reason }: { what: string; from: string; to: string; reason: string }): void {
    this.told_.push(`${what} ${from} -> ${to}: ${reason}`);
  }
}

export class TestSite {
  readonly etcd: EtcdCluster;
  readonly nodes = new Map<string, TestNode>(NODES.map((name) => [name, new TestNode(name, this)]));
  readonly #witness: { stop(): void };
  /** Whom the witness keeps out. */
  witnessRefuses: readonly string[] = [];
  #lives = 0;

  private constructor(etcd: EtcdCluster) {
    this.etcd = etcd;
    const refuse = async (nodes: readonly string[]): Promise<void> => {
      this.witnessRefuses = nodes;
    };
    this.#witness = keepWitness({
      self: WITNESS,
      life: 'first',
      etcd: etcd.clientOf(WITNESS),
      hands: { refuse },
      clock: systemClock,
      log: memoryLog(),
    });
  }

  static async start(): Promise<TestSite> {
    const site = new TestSite(await startEtcdCluster(VOTERS));
    for (const name of NODES) site.startNode(name);
    return site;
  }

  node(name: string): TestNode {
    const node = this.nodes.get(name);
    if (!node) throw new Error(`no node ${name}`);
    return node;
  }

  /** `adopting`: only the program starts anew, and what it had keeps running. */
  startNode(name: string, how: 'afresh' | 'adopting' = 'afresh'): void {
    const node = this.node(name);
    const { adopted } = node;
    node.failover = keepFailover({
      self: name,
      life: `${++this.#lives}`,
      voters: VOTERS,
      nodes: NODES,
      etcd: this.etcd.clientOf(name),
      hands: node,
      held: (what, id) => what === 'node' && node.held(id),
      ...(how === 'adopting' && adopted && { adopted: { node: adopted } }),
      clock: systemClock,
      bootMs,
      log: memoryLog(),
    });
  }

  serving(): TestNode[] {
    return [...this.nodes.values()].filter(({ serving }) => serving);
  }

  async until(what: string, holds: () => boolean, deadlineMs = 60_000): Promise<number> {
    const began = performance.now();
    while (!holds()) {
      if (this.serving().length > 1) throw new Error('both serve');
      if (performance.now() - began > deadlineMs) {
        const told = [...this.nodes.values()].map((node) => [node.name, ...node.told_].join('\n  ')).join('\n');
        throw new Error(`${what}: not within ${deadlineMs} ms\n${told}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return performance.now() - began;
  }

  async stop(): Promise<void> {
    for (const { failover } of this.nodes.values()) await failover?.stop('as it stands');
    this.#witness.stop();
    await this.etcd.stop();
  }
}
