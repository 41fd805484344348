// No pod is ended without a cause: a node that had etcd all the while, and whose programs ran, keeps its pods. An election, a stall, a
// witness that is away, a program that is killed and starts again are no cause.

import type { PairNode } from '../node.ts';
import type { Pair } from '../pair.ts';
import { NODES } from '../world.ts';
import type { PairChecker } from './checkers.ts';

const LOOK_MS = 100;
const RESTARTS_WITHIN_MS = 2_000;
/** Less than the node lease is for its holder: so long may be lost with members that do not answer, before one is asked that does. */
const ENOUGH_MS = 5_000;

export function kills({ nodes, quorum, network, timeline }: Pair): PairChecker {
  /** Since when each node lacked nothing. */
  const since = new Map<PairNode, number>();
  const died = new Map<PairNode, number>();
  let lookedMs = 0;

  const hasEtcd = ({ name }: PairNode): boolean =>
    quorum.loss === 0 &&
    quorum.members.some((member) => network.joins(name, member.name) && quorum.readIndex(member) !== undefined);

  const look = (node: PairNode): void => {
    const { nowMs } = timeline;
    const diedMs = died.get(node);
    if (node.failover !== undefined) died.delete(node);
    else if (diedMs === undefined) died.set(node, nowMs);
    const hasPrograms = node.process.runs && node.pods.watchdog.runs && nowMs - (diedMs ?? nowMs) < RESTARTS_WITHIN_MS;
    const hasWire = NODES.every((name) => network.isWired(name, node.name) && network.isWired(node.name, name));
    const isBooted = nowMs - node.bootedMs > RESTARTS_WITHIN_MS;
    // A node whose wire to the other one is cut gives way to it.
    if (!hasPrograms || !isBooted || !hasEtcd(node) || !hasWire) since.delete(node);
    else if (!since.has(node)) since.set(node, timeline.nowMs);
  };

  return {
    name: 'kills',
    saw(observation) {
      if (observation.kind === 'step' && timeline.nowMs - lookedMs >= LOOK_MS) {
        lookedMs = timeline.nowMs;
        nodes.forEach(look);
      }
      if (observation.kind !== 'killed' || observation.pods === 0) return undefined;
      const node = nodes.find(({ name }) => name === observation.node);
      const sinceMs = node && since.get(node);
      const lackedNothingMs = sinceMs === undefined ? 0 : timeline.nowMs - sinceMs;
      return lackedNothingMs > ENOUGH_MS
        ? `pods of ${observation.node} are ended, which lacked nothing for ${Math.round(lackedNothingMs)} ms`
        : undefined;
    },
  };
}
