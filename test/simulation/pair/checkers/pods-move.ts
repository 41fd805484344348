// Pods of a node without power run on the other one, once that has led for long enough to tell a loss from a start, and the witness
// keeps the lost one out.
import type { Pair } from '../pair.ts';
import { NODES, WITNESS } from '../world.ts';
import type { PairChecker } from './checkers.ts';

const LOOK_MS = 250;
const WITHIN_MS = 20_000;

export function podsMove(pair: Pair): PairChecker {
  const { nodes, timeline, network, quorum, volumes } = pair;
  let lookedMs = 0;
  const since = new Map<string, number>();

  const isAble = (name: string): boolean => {
    const node = pair.nodeOf(name);
    const other = NODES.find((one) => one !== name) ?? '';
    const hasWitness = network.joins(name, WITNESS) && pair.witnessProcess.runs && pair.memberOf(WITNESS).takesPart;
    const isAlone = !pair.machineOf(other).powered && quorum.loss === 0;
    const canAct = node.kube.serves && node.process.runs && node.pods.watchdog.runs && node.member.disk === 'well';
    return isAlone && hasWitness && canAct && pair.memberOf(WITNESS).disk === 'well' && !volumes.broken.has(name);
  };

  return {
    name: 'pods-move',
    saw({ kind }) {
      if (kind !== 'step' || timeline.nowMs - lookedMs < LOOK_MS) return undefined;
      lookedMs = timeline.nowMs;
      for (const { name, pods, kube } of nodes) {
        const placed = [...(kube.placements() ?? [])];
        const run = placed.length > 0 && placed.every(([identity]) => pods.running.has(identity));
        if (run || !isAble(name)) since.delete(name);
        else if (!since.has(name)) since.set(name, timeline.nowMs);
        else if (timeline.nowMs - (since.get(name) ?? 0) > WITHIN_MS) return `pods do not move to ${name}`;
      }
      return undefined;
    },
  };
}
