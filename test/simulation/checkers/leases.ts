// A node is judged lost when its agent has been silent for longer than the grace, by the true time, and in no other case: no clock that
// jumps, and no start of whoever judges, makes a node lost.
import { nodeGraceMs } from '../../../src/services/controllers/limits.ts';
import type { Life } from '../run.ts';
import { MINUTE_MS, SECOND_MS } from '../world.ts';
import type { Checker } from './checkers.ts';

/** Its last sign of life may have been this long before it fell silent. */
const RENEW_MS = 10 * SECOND_MS;

export function leases({ shared, site, agent }: Life): Checker {
  let startedMs = 0;
  return {
    name: 'leases',
    saw(observation) {
      if (observation.kind === 'started') startedMs = shared.nowMs;
      const since = agent.frozenSinceMs;
      const silentMs = since === undefined ? 0 : shared.nowMs - since;
      if (observation.kind === 'node' && observation.isLost && silentMs < nodeGraceMs - RENEW_MS - SECOND_MS)
        return `the node is judged lost, and is silent for ${silentMs} ms`;
      if (observation.kind !== 'step') return undefined;
      const isLost = site.view()?.cluster.isNodeLost;
      if (isLost === undefined) return undefined;
      if (isLost && since === undefined) return 'the node is judged lost, and gives signs of life';
      const isSeen = since !== undefined && shared.nowMs - Math.max(since, startedMs) > 5 * MINUTE_MS;
      return isSeen && !isLost ? 'the node is silent, and nobody sees it' : undefined;
    },
  };
}
