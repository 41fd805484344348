// A site of two nodes and a witness as failover sees it, on virtual time: etcd, volumes and links stripped to what decides. Pods are
// one identity that must never write from two nodes. A step of the world is `TICK_MS` long.
import type { Random } from '#base';
import type { FailoverOrders, FailoverState, FailoverView, Fence, OwnLease } from './contract.ts';
import { failoverStart, failoverStep } from './failover.ts';
import { CONTROL_HELD_MS, CONTROL_TTL_MS, NODE_TTL_MS } from './limits.ts';

export const TICK_MS = 50;
export const NODES = ['node-a', 'node-b'] as const;
export const WITNESS = 'witness';
const VOTERS = [...NODES, WITNESS];
/** How long a node needs to kill what runs on it. */
const KILL_MS = 300;

export interface WorldNode {
  readonly name: string;
  /** Seconds of its boot clock to a true second. */
  readonly rate: number;
  powered: boolean;
  /** Its programs stand still; its pods, as programs of the kernel's, go on unless the watchdog stands still too. */
  frozen: 'no' | 'programs' | 'all';
  /** Its control plane makes no progress. */
  stuck: boolean;
  state: FailoverState;
  orders: FailoverOrders | undefined;
  leases: { control?: OwnLease; node?: OwnLease };
  seen: FailoverView['seen'];
  progressMs: number | undefined;
  serving: boolean;
  /** The pod identity runs here. */
  pod: boolean;
  killsAtMs: number | undefined;
  /** Whom it keeps out, as it goes on doing after a restart. */
  refuses: Set<string>;
}

export class FailoverWorld {
  trueMs = 0;
  readonly nodes: ReadonlyMap<string, WorldNode>;
  readonly cut = new Set<string>();
  /** `idle`: it votes, but the program that keeps nodes out stands still. */
  readonly witness = { up: true, idle: false, refuses: new Set<string>() };
  /** Until when etcd elects, and answers nobody. */
  electsUntilMs = 0;
  readonly told: string[] = [];
  #controller: { node: string; endsMs: number } | undefined;
  readonly #present = new Map<string, number>();
  readonly #fences = new Map<string, Fence>();
  #epoch = 0;
  /** Where the API says that the pod is. */
  #placed: string | undefined;
  kills = 0;

  constructor(random: Random) {
    const rates = [1 + (random.next() - 0.5) / 50, 1 + (random.next() - 0.5) / 50];
    this.nodes = new Map(NODES.map((name, index) => [name, bootedNode(name, rates[index] ?? 1)]));
  }

  get controller(): string | undefined {
    return this.#controller?.node;
  }

  get fences(): readonly Fence[] {
    return [...this.#fences.values()];
  }

  bootMs = (node: WorldNode): number => this.trueMs * node.rate;

  /** Whether two voters hear each other. */
  linked(one: string, other: string): boolean {
    const refused = this.#refuses(one, other) || this.#refuses(other, one);
    return this.#runs(one) && this.#runs(other) && !this.cut.has([one, other].sort().join()) && !refused;
  }

  #runs(name: string): boolean {
    if (name === WITNESS) return this.witness.up;
    const node = this.#node(name);
    return node.powered && node.frozen === 'no';
  }

  #refuses(by: string, name: string): boolean {
    return by === WITNESS ? this.witness.refuses.has(name) : this.#node(by).refuses.has(name);
  }

  #node(name: string): WorldNode {
    const node = this.nodes.get(name);
    if (!node) throw new Error(`no node ${name}`);
    return node;
  }

  /** A majority answers it. */
  hasEtcd(name: string): boolean {
    if (this.trueMs < this.electsUntilMs || !this.#runs(name)) return false;
    return VOTERS.some((other) => other !== name && this.linked(name, other));
  }

  /** What a pod of this node writes is taken: by a majority of the bricks. A frozen node's programs wake later; its pods are counted too. */
  isWriting(name: string): boolean {
    const node = this.#node(name);
    if (!node.pod || !node.powered || node.frozen === 'all') return false;
    return VOTERS.some((other) => other !== name && this.#brickTakes(other, name));
  }

  #brickTakes(by: string, from: string): boolean {
    const up = by === WITNESS ? this.witness.up : this.#node(by).powered && this.#node(by).frozen !== 'all';
    return up && !this.cut.has([by, from].sort().join()) && !this.#refuses(by, from);
  }

  reboot(name: string): void {
    const node = this.#node(name);
    Object.assign(node, bootedNode(name, node.rate), {
      refuses: node.refuses,
      state: failoverStart(this.bootMs(node)),
    });
  }

  powerOff(name: string): void {
    this.reboot(name);
    this.#node(name).powered = false;
  }

  tick(): void {
    this.trueMs += TICK_MS;
    this.#expire();
    if (this.witness.up && !this.witness.idle && this.hasEtcd(WITNESS))
      this.#carryOutFences(WITNESS, this.witness.refuses);
    for (const node of this.nodes.values()) {
      this.#watchdog(node);
      if (node.powered && node.frozen === 'no') this.#act(node);
    }
  }

  #expire(): void {
    // Whoever grants leases counts from the renewal's arrival; while it elects it grants the time anew.
    if (this.trueMs < this.electsUntilMs) return;
    if (this.#controller && this.#controller.endsMs <= this.trueMs && this.#majorityLives())
      this.#controller = undefined;
    for (const [name, endsMs] of this.#present)
      if (endsMs <= this.trueMs && this.#majorityLives()) this.#present.delete(name);
  }

  #majorityLives(): boolean {
    return VOTERS.some((name) => this.hasEtcd(name));
  }

  /** A program of its own, which needs no other: kills when the pods' time is over. */
  #watchdog(node: WorldNode): void {
    if (!node.powered || node.frozen === 'all') return;
    const until = node.orders?.podsUntilMs;
    const mayRun = until === 'unbounded' || (until !== undefined && this.bootMs(node) < until);
    if (!node.pod || mayRun) node.killsAtMs = undefined;
    else node.killsAtMs ??= this.trueMs + KILL_MS;
    if (node.killsAtMs === undefined || this.trueMs < node.killsAtMs) return;
    node.pod = false;
    this.kills++;
    this.told.push(`${this.trueMs} ${node.name} kills its pod`);
  }

  #act(node: WorldNode): void {
    const nowMs = this.bootMs(node);
    if (this.hasEtcd(node.name)) this.#look(node, nowMs);
    if (node.serving && !node.stuck) node.progressMs = nowMs;
    const { state, orders, changes } = failoverStep(node.state, this.#viewOf(node), nowMs);
    for (const { what, from, to, reason } of changes)
      this.told.push(`${this.trueMs} ${node.name}: ${what} ${from} -> ${to}: ${reason}`);
    Object.assign(node, { state, orders });
    node.serving = orders.serveUntilMs !== undefined && nowMs < orders.serveUntilMs;
    if (this.hasEtcd(node.name)) this.#carryOut(node, orders, nowMs);
  }

  #viewOf(node: WorldNode): FailoverView {
    const { leases, seen, progressMs, serving, pod, stuck } = node;
    const returning: Record<string, number> = {};
    for (const fence of this.#fences.values()) {
      const peer = this.#node(fence.node);
      const isReached = !this.cut.has([node.name, peer.name].sort().join()) && peer.powered && peer.frozen === 'no';
      if (isReached && !peer.pod && peer.state.node === 'out') returning[peer.name] = fence.epoch;
    }
    const health = {
      serving,
      clean: !pod || node.state.node === 'member',
      fit: !stuck,
      ...(progressMs !== undefined && { progressMs }),
    };
    return { self: node.name, voters: VOTERS, nodes: NODES, leases, health, returning, ...(seen && { seen }) };
  }

  #look(node: WorldNode, nowMs: number): void {
    node.seen = {
      sentMs: nowMs,
      ...(this.#controller && { controller: this.#controller.node }),
      present: [...this.#present.keys()],
      fences: this.fences,
    };
    // Where the API places the pod, a member starts it.
    if (node.state.node === 'member' && this.#placed === node.name) node.pod = true;
    this.#carryOutFences(node.name, node.refuses);
  }

  /** Also the acknowledgement: whoever refuses says so, and stops once the fence is gone. */
  #carryOutFences(by: string, refuses: Set<string>): void {
    for (const fence of this.#fences.values()) {
      if (fence.node === by) continue;
      refuses.add(fence.node);
      if (!fence.acks.includes(by)) this.#fences.set(fence.node, { ...fence, acks: [...fence.acks, by] });
    }
    for (const name of refuses) if (!this.#fences.has(name)) refuses.delete(name);
  }

  #carryOut(node: WorldNode, orders: FailoverOrders, nowMs: number): void {
    const { name } = node;
    if (orders.renewNode && !this.#fences.has(name)) {
      this.#present.set(name, this.trueMs + NODE_TTL_MS);
      node.leases = { ...node.leases, node: { sentMs: nowMs, ttlMs: NODE_TTL_MS } };
    }
    const leads = this.#controller?.node === name;
    if (orders.resign && leads) this.#controller = undefined;
    if ((orders.renewControl && leads) || (orders.campaign && !this.#controller)) {
      this.#controller = { node: name, endsMs: this.trueMs + CONTROL_TTL_MS };
      node.leases = { ...node.leases, control: { sentMs: nowMs, ttlMs: CONTROL_HELD_MS } };
    }
    if (this.#controller?.node !== name) return;
    for (const lost of orders.fence)
      if (!this.#present.has(lost) && !this.#fences.has(lost))
        this.#fences.set(lost, { node: lost, epoch: ++this.#epoch, acks: [], off: false });
    for (const lifted of orders.lift) this.#fences.delete(lifted);
    if (!node.serving) return;
    if (this.#placed === undefined || orders.lost.includes(this.#placed)) this.#placed = name;
  }
}

function bootedNode(name: string, rate: number): WorldNode {
  return {
    name,
    rate,
    powered: true,
    frozen: 'no',
    stuck: false,
    state: failoverStart(0),
    orders: undefined,
    leases: {},
    seen: undefined,
    progressMs: undefined,
    serving: false,
    pod: false,
    killsAtMs: undefined,
    refuses: new Set(),
  };
}
