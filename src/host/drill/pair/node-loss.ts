// The drills `node-loss` and `wire-cut`: a node goes, or the wire between both, whereupon one of them does; the other goes on with everything.
import { present, WorldError } from '#base';
import { type DrilledPod, type Finding, lossTold, movedPods, podsToMove } from '#engine/drill';
import { SHORT_PATIENCE } from '#platform/http';
import { cutLabNode, killLabNode } from '../../lab/lab-faults.ts';
import type { LabNode } from '../../lab/lab-file.ts';
import { runningStatus } from '../drilling.ts';
import { askOnce } from '../kubernetes-door.ts';
import { AWAY_MS_MAX } from '../limits.ts';
import { kubernetesWorks } from '../local-work.ts';
import type { PairDrilling } from './plan-pair-drill.ts';
import { drilledPods } from './pods.ts';
import { standsAgain } from './stands-again.ts';
import { tellingsFromNow } from './tellings.ts';

const nodeNamed = ({ plan }: PairDrilling, name: string): LabNode =>
  present(
    plan.nodes.find((node) => node.name === name),
    `${name} is a node of the site`,
  );

/** The machine of a node that its pods stand on. */
export const workerOf = ({ site, name }: LabNode): string =>
  present(
    site.machines.find((machine) => machine.node === name && machine.role === 'worker'),
    'a node has a worker',
  ).name;

export async function loseNode(drilling: PairDrilling): Promise<void> {
  const { plan } = drilling;
  const name = present(plan.lost, 'a node that is lost is chosen before');
  const node = nodeNamed(drilling, name);
  await lossOf(drilling, async () => {
    await cutLabNode(plan.lab, node, 'all');
    return (await killLabNode(node))
      ? { holds: true, what: `${name} is cut off, and every process of it is killed` }
      : { holds: false, what: `processes of ${name} cannot be killed` };
  });
}

export async function cutWire(drilling: PairDrilling): Promise<void> {
  const { plan } = drilling;
  const node = present(
    plan.nodes.find(({ name }) => name !== plan.controller),
    'one of two nodes does not control',
  );
  await lossOf(drilling, async () => {
    await cutLabNode(plan.lab, node, 'storage');
    return { holds: true, what: 'the storage network between the nodes is cut' };
  });
}

/** What is looked at after a fault: from when, and what was there. */
interface Fault {
  readonly sinceMs: number;
  readonly before: readonly DrilledPod[];
  told(): ReturnType<typeof lossTold>;
}

async function lossOf(drilling: PairDrilling, inflict: () => Promise<Finding>): Promise<void> {
  const { plan, book, clock } = drilling;
  const before = await drilledPods(drilling);
  const told = tellingsFromNow(plan.nodes);
  const names = plan.nodes.map(({ name }) => name);
  const fault: Fault = { sinceMs: clock.monotonicMs(), before, told: () => lossTold(told(), names) };
  await book.step(inflict);
  await seen(drilling, fault, 'detected', async () => {
    const { lost } = fault.told();
    return lost === undefined
      ? { holds: false, what: 'nobody tells of a node that is lost' }
      : { holds: plan.lost === undefined || plan.lost === lost, what: `${lost} is known to be lost` };
  });
  const { lost } = fault.told();
  if (lost === undefined) throw new WorldError('Failed', 'nobody tells of a node that is lost');
  await takenOver(drilling, fault, lost);
  await book.seen(() => kubernetesWorks(drilling));
  await standsAgain(drilling);
}

/** Looked at until it holds, counted from the fault; all of it within the time that the fault may last. */
function seen(
  { book, clock }: PairDrilling,
  { sinceMs }: Fault,
  figure: string,
  look: () => Promise<Finding>,
): Promise<void> {
  return book.seen(look, { figure, sinceMs, withinMs: Math.max(0, sinceMs + AWAY_MS_MAX - clock.monotonicMs()) });
}

/** Fenced, control and the address with it, pods: each at its time. */
async function takenOver(drilling: PairDrilling, fault: Fault, lost: string): Promise<void> {
  const { plan, book } = drilling;
  const at = (figure: string, look: () => Promise<Finding>): Promise<void> => seen(drilling, fault, figure, look);
  const survivor = present(
    plan.nodes.find(({ name }) => name !== lost),
    'one of two nodes is left',
  );
  const controls = async (): Promise<Finding> => {
    const { nodes } = await runningStatus(survivor.folders);
    const holds = nodes.some(({ name, holdsControl }) => name === survivor.name && holdsControl);
    return { holds, what: holds ? `${survivor.name} controls` : `${survivor.name} does not control` };
  };
  const address = async (): Promise<Finding> => {
    await askOnce({ ...drilling, folders: survivor.folders, patience: SHORT_PATIENCE }, '/api/v1/namespaces/default');
    return { holds: true, what: "the API answers at the site's address" };
  };
  const control = async (): Promise<void> => {
    // Whoever led etcd may have been the one that is lost: an election can cost the other the control that it takes up again.
    if (lost !== plan.controller) return book.seen(controls);
    await at('control', controls);
    await at('address', address);
  };
  const fenced = async (): Promise<Finding> => {
    const holds = fault.told().fenced;
    return { holds, what: holds ? `${lost} is fenced: nobody takes its writes` : `${lost} is not fenced` };
  };
  await Promise.all([at('fenced', fenced), control(), podsMove(drilling, fault, lost)]);
}

async function podsMove(drilling: PairDrilling, fault: Fault, lost: string): Promise<void> {
  const { plan, book } = drilling;
  const worker = workerOf(nodeNamed(drilling, lost));
  const loss = plan.forecast.losses.find(({ node }) => node === lost);
  const staying = new Set([...(loss?.wouldEnd ?? []), ...(loss?.wouldNotFit ?? []).map(({ pod }) => pod)]);
  const moving = podsToMove(fault.before, { lost: worker, staying });
  if (moving.names.length === 0)
    return book.step(async () => ({ holds: true, what: `no pod had to move from ${lost}` }));
  const moved = async () => movedPods(moving, { pods: await drilledPods(drilling), lost: worker });
  await Promise.all([
    seen(drilling, fault, 'firstPod', async () => (await moved()).first),
    seen(drilling, fault, 'allPods', async () => (await moved()).all),
  ]);
}
