// A simulated pair: two nodes, a witness, the networks between them, etcd on all three, and replicated volumes.
import type { Random } from '#base';
import { keepWitness } from '#services/failover';
import { SimulatedEtcd } from './etcd/client.ts';
import { Member } from './etcd/member.ts';
import { Quorum } from './etcd/quorum.ts';
import { Machine, type Process } from './machine.ts';
import { Network } from './network.ts';
import { PairNode, refuseOn, silent } from './node.ts';
import { Timeline } from './timeline.ts';
import { Volumes } from './volumes.ts';
import { chance, NODES, type Observation, VOTERS, WITNESS, type World } from './world.ts';

/** Clocks run apart by no more than twice this. */
const DRIFT_MAX = 0.01;
const RESTART_MS = 800;

export class Pair implements World {
  readonly timeline = new Timeline();
  readonly random: Random;
  readonly machines: ReadonlyMap<string, Machine>;
  readonly network: Network;
  readonly quorum: Quorum;
  readonly volumes: Volumes;
  readonly nodes: readonly PairNode[];
  readonly hasPowerControl: boolean;
  readonly see: (observation: Observation) => void;
  #witness: Process;
  #lives = 0;

  constructor(random: Random, see: (observation: Observation) => void) {
    this.random = random;
    this.see = see;
    const { timeline } = this;
    this.hasPowerControl = chance(random, 0.3);
    const rate = (): number => 1 + (random.next() * 2 - 1) * DRIFT_MAX;
    this.machines = new Map(VOTERS.map((name) => [name, new Machine({ name, timeline, random, rate: rate() })]));
    this.network = new Network(this.machines, { timeline, random });
    const members = VOTERS.map((name) => {
      const machine = this.machineOf(name);
      return new Member(machine, machine.start(), random);
    });
    this.quorum = new Quorum({ members, network: this.network, timeline, random });
    this.quorum.start();
    this.volumes = new Volumes(this);
    const around = {
      world: this,
      volumes: this.volumes,
      nodeOf: (name: string) => this.nodes.find((node) => node.name === name),
      powerOff: (name: string) => this.powerOff(name),
    };
    this.#witness = this.#startWitness();
    this.nodes = NODES.map((name) => new PairNode(this.machineOf(name), this.memberOf(name), around));
  }

  machineOf(name: string): Machine {
    const machine = this.machines.get(name);
    if (!machine) throw new Error(`no machine ${name}`);
    return machine;
  }

  memberOf(name: string): Member {
    const member = this.quorum.members.find((one) => one.name === name);
    if (!member) throw new Error(`no member ${name}`);
    return member;
  }

  nodeOf(name: string): PairNode {
    const node = this.nodes.find((one) => one.name === name);
    if (!node) throw new Error(`no node ${name}`);
    return node;
  }

  get witnessProcess(): Process {
    return this.#witness;
  }

  powerOff(name: string): void {
    this.machineOf(name).powerOff();
  }

  boot(name: string): void {
    if (this.machineOf(name).powered) this.powerOff(name);
    if (name !== WITNESS) {
      this.nodeOf(name).boot();
      return;
    }
    const machine = this.machineOf(name);
    machine.powerOn();
    this.memberOf(name).restart(machine.start());
    this.#witness = this.#startWitness();
  }

  /** The processes of a machine that are its own, and started again when they end. */
  killMember(name: string): void {
    if (!this.machineOf(name).powered) return;
    if (name !== WITNESS) {
      this.nodeOf(name).killMember();
      return;
    }
    const ended = this.memberOf(name).process;
    ended.end();
    this.timeline.after(RESTART_MS, () => {
      const machine = this.machineOf(name);
      if (machine.powered && this.memberOf(name).process === ended) this.memberOf(name).restart(machine.start());
    });
  }

  killWitness(): void {
    if (!this.machineOf(WITNESS).powered) return;
    this.#witness.end();
    this.#witness = this.#startWitness();
  }

  #startWitness(): Process {
    const process = this.machineOf(WITNESS).start('product');
    process.after(RESTART_MS, () => {
      keepWitness({
        self: WITNESS,
        life: `${++this.#lives}`,
        etcd: {
          endpoints: [WITNESS, ...NODES],
          connect: (options) => new SimulatedEtcd(process, this.quorum, options),
        },
        hands: { refuse: (nodes) => refuseOn(process, nodes, this) },
        clock: process.clock,
        log: silent,
      });
    });
    return process;
  }

  /** One leads and both are there, nobody is fenced, and every pod runs and writes. */
  get isWhole(): boolean {
    const serving = this.nodes.filter(({ kube }) => kube.serves);
    const [first] = serving;
    if (serving.length !== 1 || first === undefined) return false;
    const { seen, state } = first.failover ?? {};
    if (state?.control !== 'controlling' || seen === undefined || seen.fences.length > 0) return false;
    if (!this.nodes.every(({ failover }) => failover?.state.node === 'member')) return false;
    if (VOTERS.some((name) => this.machineOf(name).refuses.size > 0)) return false;
    const placements = first.kube.placements();
    return (
      placements !== undefined &&
      [...placements].length > 0 &&
      [...placements].every(
        ([identity, { node }]) => this.nodeOf(node).pods.running.has(identity) && this.volumes.take(node),
      )
    );
  }
}
