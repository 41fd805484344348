// While a node lacks nothing, is a member and could lead, somebody serves: within what a hand-over, a rest and one that did not begin to
// serve may take.
import type { Pair } from '../pair.ts';
import type { PairChecker } from './checkers.ts';

const LOOK_MS = 250;
const WITHIN_MS = 22_000;

export function somebodyServes({ nodes, quorum, timeline }: Pair): PairChecker {
  let lookedMs = 0;
  /** Since when each node could, and nobody did. */
  const since = new Map<string, number>();
  return {
    name: 'somebody-serves',
    saw({ kind }) {
      if (kind !== 'step' || timeline.nowMs - lookedMs < LOOK_MS) return undefined;
      lookedMs = timeline.nowMs;
      const isServed = nodes.some(({ kube }) => kube.serves);
      for (const { name, process, failover, kube, member, pods } of nodes) {
        const runs = process.runs && kube.process.runs && pods.watchdog.runs && failover?.state.node === 'member';
        const could = runs && quorum.loss === 0 && quorum.readIndex(member) !== undefined;
        if (isServed || !could) since.delete(name);
        else if (!since.has(name)) since.set(name, timeline.nowMs);
        else if (timeline.nowMs - (since.get(name) ?? 0) > WITHIN_MS) return `${name} could serve, and nobody does`;
      }
      return undefined;
    },
  };
}
