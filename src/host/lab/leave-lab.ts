// Makes one node out of a lab of two: the node that goes is emptied and stopped, it and the witness are taken out of etcd by the node that
// stays, and from then on the lab's description names one node. What is left to do after that is done by whoever brings the lab up.
import { WorldError } from '#base';
import { departed, ownNode, type Pair, type Site, siteAlone, votersOf, WITNESS_NAME } from '#model/site';
import type { Clock } from '#platform/clock';
import { isPresent } from '#platform/disk';
import { namespaceRemove } from '#platform/net';
import { endProcess } from '#platform/process';
import { everyStep } from '../every-step.ts';
import { endGuard } from '../guard.ts';
import { LEAVE_POLL_MS, RECORDED_STOP_GRACE_MS } from '../limits.ts';
import { lockFolder } from '../lock-folder.ts';
import { recordedProcesses } from '../recorded-processes.ts';
import { removeSite } from '../remove-site.ts';
import { foldersOf, siteIfPresent, writeSite } from '../site-file.ts';
import { askToStop } from '../stop-site.ts';
import { callSupervisor, isSupervised } from '../supervisor-call.ts';
import { endProcesses, removeNodeTraces } from '../tear-down.ts';
import { emptyNode, forgetNode, refuseKeptVolumes } from './empty-node.ts';
import { departedNodes, type Lab, type LabNode, labIfPresent, labNodes, writeLab } from './lab-file.ts';
import { labNamespace } from './lab-network.plan.ts';

export interface LeaveLab {
  readonly data: string;
  /** The node that goes. */
  readonly name: string;
  /** It cannot be asked any more, and is fenced. */
  readonly isDead: boolean;
  readonly timeoutMs: number;
  readonly clock: Clock;
  progress(text: string): void;
}

type PairLab = Lab & { readonly site: Site & { readonly pair: Pair } };

/**
 * Whatever interrupts it, the same again goes on. Until the votes are taken `up` goes back, and once the description names one node `up`
 * finishes it. Errors: WorldError `NotFound`:
 * there is no such node; `Conflict`: it is the last one, the witness, not dead, or has volumes that would be lost; `Unavailable`: the
 * site does not run, or its pods do not go in time.
 */
export async function leaveLab(of: LeaveLab): Promise<{ readonly stays: string }> {
  const lab = pairLabOf(of);
  if (lab === undefined) return { stays: ownNode(openLab(of.data).site) };
  const [goes, stays] = nodesOf(of, lab);
  const lock = lockFolder(foldersOf(of.data));
  try {
    await letGo(of, goes, stays);
    await forgetNode({ folders: stays.folders, clock: of.clock }, workersOf(lab.site, goes.name));
    const voters = [goes.name, WITNESS_NAME];
    const dismissed = callSupervisor(stays.folders, {
      verb: 'dismiss',
      voters,
      ...(of.isDead && { dead: goes.name }),
    });
    for await (const answer of dismissed)
      if (answer.kind === 'done') of.progress(`${voters.join(', ')}: no votes any more`);
    writeLab(of.data, siteAlone(lab.site, stays.name));
    return { stays: stays.name };
  } finally {
    lock.release();
  }
}

function openLab(data: string): Lab {
  const lab = labIfPresent(data);
  if (lab) return lab;
  if (siteIfPresent(data)) throw lastNode();
  throw new WorldError('NotFound', `there is no site in ${data}`, {
    cure: 'name its folder with --data',
  });
}

const lastNode = (): WorldError =>
  new WorldError('Conflict', 'the site has one node, and no other that could stay', {
    cure: 'to remove the site altogether: holdfast destroy --yes',
  });

/** Undefined when that node has left already. */
function pairLabOf({ data, name }: LeaveLab): PairLab | undefined {
  const lab = openLab(data);
  const { pair } = lab.site;
  if (pair) return { ...lab, site: { ...lab.site, pair } };
  if (departed(lab.site).some((voter) => voter.name === name && name !== WITNESS_NAME)) return undefined;
  if (ownNode(lab.site) === name) throw lastNode();
  throw noSuchNode(name, [ownNode(lab.site)]);
}

const noSuchNode = (name: string, nodes: readonly string[]): WorldError =>
  new WorldError('NotFound', `the site has no node ${name}`, { cure: `name one that it has: ${nodes.join(', ')}` });

function nodesOf({ data, name }: LeaveLab, lab: PairLab): [LabNode, LabNode] {
  const nodes = labNodes(data, lab).slice(0, 2);
  if (name === WITNESS_NAME)
    throw new WorldError('Conflict', 'without its witness a site of two nodes would stop with the first that is lost', {
      cure: 'the witness goes when the site becomes one node: holdfast node leave with the name of a node',
    });
  const [goes, stays] = [nodes.find((node) => node.name === name), nodes.find((node) => node.name !== name)];
  if (goes && stays) return [goes, stays];
  throw noSuchNode(
    name,
    nodes.map((node) => node.name),
  );
}

const workersOf = (site: Site, node: string): string[] =>
  site.machines.filter((machine) => machine.pinned && machine.node === node).map((machine) => machine.name);

/** Resolves when nothing runs on the node that goes, and the other one controls. */
async function letGo(of: LeaveLab, goes: LabNode, stays: LabNode): Promise<void> {
  const { clock, isDead, timeoutMs, progress } = of;
  const runs = await isSupervised(goes.folders);
  if (isDead && runs)
    throw new WorldError('Conflict', `${goes.name} runs`, {
      cure: 'leave --dead out: it is emptied first, then it goes',
    });
  if (!(await isSupervised(stays.folders)))
    throw new WorldError('Unavailable', `${stays.name}, which would stay, does not run`, { cure: 'holdfast up' });
  const deadline = clock.monotonicMs() + timeoutMs;
  const workers = workersOf(goes.site, goes.name);
  const api = { folders: stays.folders, clock, deadline, progress };
  await refuseKeptVolumes(api, { workers, isDead });
  if (runs) {
    await emptyNode(api, workers);
    await askToStop(goes.folders, false, (text) => progress(`${goes.name}: ${text}`));
  }
  await endGuard(goes.folders, clock);
  while (!isPresent(stays.folders.controlMark)) {
    if (clock.monotonicMs() > deadline)
      throw new WorldError('Unavailable', `${stays.name} did not take control in time`, {
        cure: 'look at holdfast status; the node that was stopped comes back with holdfast up',
      });
    await clock.sleep(LEAVE_POLL_MS);
  }
}

/** Whether something of the pair is left to be taken away. */
export const isLeaving = (data: string, lab: Lab): boolean =>
  lab.site.alone !== undefined &&
  (departedNodes(data, lab).some(({ folders }) => isPresent(folders.data)) ||
    labNodes(data, lab).some(({ folders }) => siteIfPresent(folders.data)?.site.pair !== undefined));

/** Takes away what is left of a pair once the lab's description names one node, which is then ready to be started. Its pods run on. */
export async function finishLeaving(of: Pick<LeaveLab, 'data' | 'clock' | 'progress'>, lab: Lab): Promise<void> {
  const { data } = of;
  const [stays] = labNodes(data, lab);
  if (!stays) throw new WorldError('Corrupt', 'the lab has no nodes');
  if (siteIfPresent(stays.folders.data)?.site.pair) await endPair(of, stays);
  const steps = everyStep();
  for (const node of departedNodes(data, lab)) await steps.step(() => removeNode(of, lab, node));
  steps.finish();
}

/** Ends what keeps a node of a pair, but for its pods and what they need; what keeps a site of one node finds them. */
async function endPair(of: Pick<LeaveLab, 'clock' | 'progress'>, { name, site, folders }: LabNode): Promise<void> {
  const { clock, progress } = of;
  if (await isSupervised(folders)) {
    const stopped = callSupervisor(folders, { verb: 'stop', keepPods: true, leavesPair: true });
    for await (const answer of stopped) if (answer.kind === 'step') progress(`${name}: ${answer.step}`);
  }
  await endGuard(folders, clock);
  // What a holdfastd that was killed has left of a pair: it is not kept by one of one node.
  const ours = Object.entries(recordedProcesses(folders)).filter(([process]) => !process.startsWith('containerd-'));
  await Promise.all(ours.map(([, identity]) => endProcess(identity, { graceMs: RECORDED_STOP_GRACE_MS, clock })));
  writeSite(folders, site);
}

async function removeNode(of: Pick<LeaveLab, 'clock' | 'progress'>, lab: Lab, node: LabNode): Promise<void> {
  const { name, site, folders } = node;
  if (isPresent(folders.siteFile)) {
    await askToStop(folders, false, (text) => of.progress(`${name}: ${text}`));
    await endProcesses({ site, folders, clock: of.clock, graceMs: 0 });
  }
  const places = lab.site.alone ? votersOf(lab.site.alone.formerly) : [];
  await removeNodeTraces(
    site,
    folders,
    places.map((voter) => labNamespace(lab.site, voter.name)),
  );
  await namespaceRemove(labNamespace(lab.site, name));
  await removeSite(folders);
  of.progress(`${name} removed`);
}
