// Nobody takes writes of one pod identity from two nodes: once those of a later placement are taken, those of an earlier one never are
// again; and while two of them run, only one is taken.
import type { Pair } from '../pair.ts';
import { NODES } from '../world.ts';
import type { PairChecker } from './checkers.ts';

export function oneWriter({ nodes, volumes }: Pair): PairChecker {
  const last = new Map<string, { readonly node: string; readonly placement: number }>();
  return {
    name: 'one-writer',
    saw(observation) {
      if (observation.kind !== 'wrote') return undefined;
      const { identity, node, placement } = observation;
      const before = last.get(identity);
      last.set(identity, { node, placement });
      if (before && before.placement > placement)
        return `${identity} of ${node} writes, and was moved to ${before.node} before`;
      const other = NODES.find((name) => name !== node) ?? '';
      const runsThere = nodes.find(({ name }) => name === other)?.pods.running.has(identity) === true;
      return runsThere && volumes.take(other) ? `${identity} writes from both nodes` : undefined;
    },
  };
}
