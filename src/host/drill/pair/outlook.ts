// What a drill of two nodes will do to whom, told before it is done; refused already here when something speaks against it.
import { podsToMove } from '#engine/drill';
import type { PairDrillName } from '#model/site';
import type { Clock } from '#platform/clock';
import { clockOfFolder } from '../../site-clock.ts';
import { AWAY_MS_MAX, NAMED_PODS_MAX } from '../limits.ts';
import { workerOf } from './node-loss.ts';
import { type PairPlan, planPairDrill } from './plan-pair-drill.ts';
import { drilledPods } from './pods.ts';

function named(names: readonly string[]): string {
  const rest = names.length - NAMED_PODS_MAX;
  return rest > 0 ? `${names.slice(0, NAMED_PODS_MAX).join(', ')} and ${rest} more` : names.join(', ');
}

type Pods = Awaited<ReturnType<typeof drilledPods>>;

/** What the loss of a node costs, a line each. */
function costOf(plan: PairPlan, lost: string, pods: Pods): string[] {
  const node = plan.nodes.find(({ name }) => name === lost);
  const loss = plan.forecast.losses.find((one) => one.node === lost);
  if (!node || !loss) return [];
  const { wouldEnd, wouldNotFit, more } = loss;
  const staying = new Set([...wouldEnd, ...wouldNotFit.map(({ pod }) => pod)]);
  const { names } = podsToMove(pods, { lost: workerOf(node), staying });
  const hidden = more.wouldEnd + more.wouldNotFit;
  return [
    plan.controller === lost
      ? `  control and the addresses of API and doors move from ${lost} to the other node: seconds without an answer`
      : '  control stays where it is',
    `  started anew on the other node: ${named(names) || 'no pod'}`,
    ...(wouldEnd.length > 0 ? [`  away until ${lost} is back, or gone for good: ${named(wouldEnd)}`] : []),
    ...wouldNotFit.slice(0, NAMED_PODS_MAX).map(({ pod, reason }) => `  no place for ${pod}: ${reason}`),
    ...(hidden > 0 ? [`  and ${hidden} more that end or have no place: holdfast node forecast`] : []),
  ];
}

/** Lines for whoever is asked. Errors: as of `runDrill`. */
export async function drillOutlook(of: {
  readonly drill: PairDrillName;
  readonly node?: string;
  readonly data: string;
  readonly clock: Clock;
}): Promise<readonly string[]> {
  const clock = clockOfFolder(of.data, of.clock);
  const plan = await planPairDrill({ ...of, clock });
  const bound = `for at most ${AWAY_MS_MAX / 1000} s`;
  if (plan.drill === 'witness-loss')
    return [
      `the witness is away ${bound}`,
      '  no pod moves; control may, by an election of etcd; the loss of a node on top would stop the site',
    ];
  const pods = await drilledPods({ folders: plan.keeper.folders, clock });
  if (plan.lost !== undefined) return [`${plan.lost} is away ${bound}`, ...costOf(plan, plan.lost, pods)];
  return [
    `the storage network is away ${bound}; one node goes on with everything, as etcd decides`,
    ...plan.nodes.flatMap(({ name }) => [`if ${name} ends its pods:`, ...costOf(plan, name, pods)]),
  ];
}
