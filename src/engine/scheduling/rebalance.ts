// Which pod is to be moved so that the spread over the pair's nodes comes to what the scheduler would make of it: one that the scheduler, asked
// anew, would put on the other node, and not by lot. So whatever is moved stays where it comes to be, and nothing moves to and fro.
import type { Random } from '#base';
import { cluster } from './cluster.ts';
import { type ForecastView, isDaemon, STAYS_ANNOTATION, unplaced } from './forecast.ts';
import type { PodInfo } from './pod-info.ts';
import { schedulePod } from './schedule.ts';

export interface Move {
  readonly info: PodInfo;
  readonly from: string;
  readonly to: string;
}

/** Among equals the first and the last one: only where both choose the same, it is no lot. */
const LOTS: readonly Random[] = [
  { next: () => 0, below: () => 0 },
  { next: () => 0, below: (count) => count - 1 },
];

const isManaged = ({ pod }: PodInfo): boolean =>
  pod.metadata?.ownerReferences?.some(({ controller }) => controller) === true &&
  pod.metadata?.annotations?.[STAYS_ANNOTATION] !== 'true';

/** The first pod of the fullest node that is to be elsewhere; undefined when the spread is as it should be. `mayMove`: whether it can bear
 * it now. */
export function planMove(view: ForecastView, mayMove: (info: PodInfo) => boolean): Move | undefined {
  const homes = new Set(
    view.nodes.flatMap(({ node, pinnedTo }) => (pinnedTo === undefined ? [] : [node.metadata?.name ?? ''])),
  );
  const whole = cluster();
  for (const { node } of view.nodes) whole.setNode(node);
  for (const { info, on } of view.pods) whole.addPod(info, on);
  const count = (name: string): number => whole.nodes.get(name)?.pods.size ?? 0;
  const fullest = [...homes].toSorted((one, other) => count(other) - count(one))[0];
  if (fullest === undefined) return undefined;
  for (const { info, on } of view.pods) {
    if (on !== fullest || !isManaged(info) || isDaemon(info) || !mayMove(info)) continue;
    whole.removePod(info.uid);
    const places = LOTS.map((random) => schedulePod(unplaced(info), whole, { volumes: view.volumes, random }));
    whole.addPod(info, on);
    const [to] = places.map((place) => (place.kind === 'placed' ? place.node : on));
    const isSure = places.every((place) => place.kind === 'placed' && place.node === to);
    if (isSure && to !== undefined && to !== on && homes.has(to)) return { info, from: on, to };
  }
  return undefined;
}
