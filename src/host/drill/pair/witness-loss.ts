// The drill `witness-loss`: the third vote goes and comes back, and nothing else happens.
import { type Finding, untouchedPods } from '#engine/drill';
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
  const { witness, controller } = plan;
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
  await book.step(() => kubernetesWorks(drilling));
  const door = openKubernetes(drilling);
  try {
    await book.seen(() => nodesReady(door));
  } finally {
    door.close();
  }
  await book.step(async () => {
    const holds = (await runningStatus(folders)).nodes.some((node) => node.name === controller && node.holdsControl);
    return { holds, what: holds ? `${controller} controls as before` : `${controller} does not control any more` };
  });
  await standsAgain(drilling);
  await book.step(async () => untouchedPods(before, await drilledPods(drilling)));
}
