// The end of a drill of two nodes: everything is given back, and looked at until the site is whole again.
import type { Finding } from '#engine/drill';
import { drillEnd, runningStatus } from '../drilling.ts';
import { HEALED_MS_MAX } from '../limits.ts';
import type { PairDrilling } from './plan-pair-drill.ts';

async function isWhole({ folders }: PairDrilling): Promise<Finding> {
  const { phase, nodes, votes = [], conditions } = await runningStatus(folders);
  const redundant = conditions.find(({ type }) => type === 'Redundant');
  const wanting = [
    ...votes.filter(({ up }) => !up).map(({ name }) => `the vote of ${name}`),
    ...nodes.filter(({ ready }) => !ready).map(({ name }) => `node ${name}`),
  ];
  if (phase === 'Ready' && redundant?.status === 'True' && wanting.length === 0)
    return { holds: true, what: `the site is whole again: ${redundant.message}` };
  return { holds: false, what: `the site is ${phase}: ${wanting.join(', ') || redundant?.message}` };
}

export async function standsAgain(drilling: PairDrilling): Promise<void> {
  const { folders, book, clock } = drilling;
  const sinceMs = clock.monotonicMs();
  await book.step(async () => {
    await drillEnd(folders);
    return { holds: true, what: 'networks are given back, and what was killed is started again' };
  });
  await book.seen(() => isWhole(drilling), { figure: 'healed', sinceMs, withinMs: HEALED_MS_MAX });
}
