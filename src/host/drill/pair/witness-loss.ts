// The drill `witness-loss`: the third vote goes and comes back, and no pod is touched.
import { type Finding, untouchedPods } from '#engine/drill';
import { SHORT_PATIENCE } from '#platform/http';
import { cutLabNode, killLabNode } from '../../lab/lab-faults.ts';
import { runningStatus } from '../drilling.ts';
import { nodesReady, openKubernetes } from '../kubernetes-door.ts';
import { AWAY_MS_MAX } from '../limits.ts';
import { kubernetesWorks } from '../local-work.ts';
import type { PairDrilling } from './plan-pair-drill.ts';
import { drilledPods } from './pods.ts';
import { standsAgain } from './stands-again.ts';

export async function loseWitness(drilling: PairDrilling): Promise<void> {
  const { plan, book, folders, clock } = drilling;
  const { witness } = plan;
  const before = await drilledPods(drilling);
  const sinceMs = clock.monotonicMs();
  await book.step(async () => {
    await cutLabNode(plan.lab, witness, 'all');
    return (await killLabNode(witness))
      ? { holds: true, what: 'the witness is cut off, and every process of it is killed' }
      : { holds: false, what: 'processes of the witness cannot be killed' };
  });
  const isMissed = async (): Promise<Finding> => {
    const { votes = [] } = await runningStatus(folders);
    const holds = votes.some(({ name, up }) => name === witness.name && !up);
    return { holds, what: holds ? 'the vote of the witness is missed' : 'the witness still seems to vote' };
  };
  await book.seen(isMissed, { figure: 'detected', sinceMs, withinMs: AWAY_MS_MAX });
  await controls(drilling, sinceMs);
  await book.seen(() => kubernetesWorks(drilling));
  const door = openKubernetes({ folders, clock, patience: SHORT_PATIENCE });
  try {
    await book.seen(() => nodesReady(door));
  } finally {
    door.close();
  }
  await standsAgain(drilling);
  await book.step(async () => untouchedPods(before, await drilledPods(drilling)));
}

/** A node controls; the other than before when the witness led etcd: the election may take longer than a leadership lasts. */
async function controls({ plan, book, folders, clock }: PairDrilling, sinceMs: number): Promise<void> {
  let controller: string | undefined;
  await book.seen(async () => {
    controller = (await runningStatus(folders)).nodes.find(({ holdsControl }) => holdsControl)?.name;
    if (controller === undefined) return { holds: false, what: 'no node controls' };
    const how =
      controller === plan.controller ? 'as before' : 'now: the witness led etcd, and an election came between';
    return { holds: true, what: `${controller} controls ${how}` };
  });
  if (controller !== plan.controller) book.figure('control', clock.monotonicMs() - sinceMs);
}
