// Brings a lab up: makes it when there is none, lays its networks, starts what keeps each node, and waits until the site is Ready.
import { WorldError } from '#base';
import { type Site, siteFolders } from '#model/site';
import { makeFolder, removeFolderIfEmpty, removeTree } from '#platform/disk';
import { machineCapacity } from '#platform/process';
import type { BringUp, BroughtUp } from '../bring-up.contract.ts';
import { START_POLL_MS } from '../limits.ts';
import { lockFolder } from '../lock-folder.ts';
import { checkContainersPossible } from '../preflight.ts';
import { planChange } from '../site.plan.ts';
import { siteIfPresent } from '../site-file.ts';
import { holdfastdEnded, waitReady } from '../start-supervisor.ts';
import { isSupervised } from '../supervisor-call.ts';
import { createLab, furnishLab, hasKeys, shareKeys } from './create-lab.ts';
import { type Lab, type LabNode, labIfPresent, labNodes } from './lab-file.ts';
import { ensureLabNetwork } from './lab-network.ts';
import { finishLeaving, isLeaving } from './leave-lab.ts';
import { startLabNode } from './start-lab-node.ts';
import { endLab, removeLab } from './take-down-lab.ts';

/** Programs that only a site of two nodes needs. */
const PAIR_PROGRAMS = { etcd: 'etcd-server', glusterd: 'glusterfs-server', glusterfs: 'glusterfs-client' };

/** Errors: as of a site of one node; WorldError `Conflict` when the folder holds such a site. */
export async function bringUpLab(of: BringUp): Promise<BroughtUp> {
  const { data, clock } = of;
  if (siteIfPresent(data))
    throw new WorldError('Conflict', `the site in ${data} has one node`, {
      cure: 'leave --nodes out, or make the lab in another folder with --data DIR',
    });
  const known = labIfPresent(data);
  if (known && !known.site.pair && of.nodes === 2)
    throw new WorldError('Conflict', `the site in ${data} has one node; the others have left`, {
      cure: 'leave --nodes out, or make another lab in another folder with --data DIR',
    });
  makeFolder(data);
  const lock = lockFolder(siteFolders(data));
  try {
    const lab = known ?? (await makeLab(of));
    if (known) refuseChanges(known.site, of);
    if (isLeaving(data, lab)) await finishLeaving({ data, clock, progress: (text) => of.progress({ text }) }, lab);
    const nodes = labNodes(data, lab);
    const running = await Promise.all(nodes.map(({ folders }) => isSupervised(folders)));
    const ran = running.every(Boolean);
    try {
      if (!ran)
        await start(
          of,
          lab,
          nodes.filter((_, index) => !running[index]),
        );
      return await waitAll(of, nodes, ran);
    } catch (error) {
      if (!ran)
        await (known
          ? endLab({ data, clock, progress: () => undefined }, lab)
          : removeLab({ data, clock, progress: () => undefined }, lab));
      throw error;
    }
  } catch (error) {
    if (!labIfPresent(data)) removeTree(siteFolders(data).lockFile);
    throw error;
  } finally {
    lock.release();
    removeFolderIfEmpty(data);
  }
}

async function makeLab(of: BringUp): Promise<Lab> {
  await checkContainersPossible(PAIR_PROGRAMS);
  const site = await createLab(of);
  of.progress({ text: `lab ${site.name} of two nodes and a witness made in ${of.data}` });
  return { formatVersion: site.formatVersion, site };
}

function refuseChanges(site: Site, { wishes }: BringUp): void {
  const { refused, taken } = planChange(site, wishes, machineCapacity());
  const all = [...refused, ...taken];
  if (all.length > 0)
    throw new WorldError('Conflict', `the lab ${site.name} keeps what it was made with: ${all.join(', ')}`, {
      cure: 'leave these options out, or make another lab with --data DIR',
    });
}

async function start(of: BringUp, lab: Lab, nodes: readonly LabNode[]): Promise<void> {
  const { clock, program, data } = of;
  await checkContainersPossible(PAIR_PROGRAMS);
  const began = clock.monotonicMs();
  await ensureLabNetwork(lab.site);
  furnishLab(data, lab);
  of.progress({ text: 'networks of the lab', tookMs: Math.round(clock.monotonicMs() - began) });
  const startNode = (node: LabNode): Promise<void> => startLabNode(lab, node, { program, clock });
  const [first] = labNodes(data, lab);
  const isNew = first !== undefined && !hasKeys(first);
  if (isNew) {
    // The first node makes the site's certificates and keys; the others are given theirs.
    await startNode(first);
    const deadline = clock.monotonicMs() + of.timeoutMs;
    while (!hasKeys(first)) {
      if (clock.monotonicMs() > deadline || !(await isSupervised(first.folders))) throw holdfastdEnded(first.folders);
      await clock.sleep(START_POLL_MS);
    }
  }
  shareKeys(data, lab);
  await Promise.all(nodes.filter(({ name }) => !isNew || name !== first.name).map(startNode));
}

async function waitAll(of: BringUp, nodes: readonly LabNode[], ran: boolean): Promise<BroughtUp> {
  const told = await Promise.all(
    nodes.map(async ({ name, folders }) => {
      try {
        const progress = ({ text, tookMs }: { text: string; tookMs?: number }): void =>
          of.progress({ text: `${name}: ${text}`, ...(tookMs !== undefined && { tookMs }) });
        return (await waitReady({ ...of, folders, tells: !ran, progress })) ?? [];
      } catch (error) {
        throw error instanceof WorldError && error.code === 'Unavailable' ? holdfastdEnded(folders) : error;
      }
    }),
  );
  const waitingFor = [...new Set(told.flat())];
  const [first] = nodes;
  if (!first) throw new WorldError('Corrupt', 'the lab has no nodes');
  const { site, folders } = first;
  return waitingFor.length > 0
    ? { kind: 'not-ready', site, folders, waitingFor }
    : { kind: 'ready', site, folders, ran };
}
