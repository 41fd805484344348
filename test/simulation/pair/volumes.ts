// Replicated volumes: a brick on each node, and an arbiter on the witness. A write is taken by a majority of bricks that the node
// reaches. That a brick may have missed writes is left out: what keeps a lost node's writes out is the fence, and nothing else.
import { VOTERS, type World } from './world.ts';

/** One for each pod, which bears the same name. */
export const VOLUMES = ['volume-0', 'volume-1'] as const;
const MAJORITY = 2;

export class Volumes {
  readonly #world: Pick<World, 'network' | 'machines'>;
  /** Bricks whose disk takes nothing. */
  readonly broken = new Set<string>();

  constructor(world: Pick<World, 'network' | 'machines'>) {
    this.#world = world;
  }

  /** Whether a write from a node would be taken. */
  take(node: string): boolean {
    const { machines, network } = this.#world;
    if (machines.get(node)?.runs !== true) return false;
    const reached = VOTERS.filter(
      (name) => machines.get(name)?.runs === true && network.joins(node, name) && !this.broken.has(name),
    );
    return reached.length >= MAJORITY;
  }
}
