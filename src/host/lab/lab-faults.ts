// What drills do to the nodes of a lab, and how all of it is undone. What is undone is found by looking, not by what was written down, so
// that it can be done after any crash, and twice.
import { present } from '#base';
import { cgroupRoot, type Pair, siteFolders } from '#model/site';
import { openCgroups } from '#platform/cgroup';
import type { Clock } from '#platform/clock';
import { ipBatch, namespaceList } from '#platform/net';
import { signalProcess } from '#platform/process';
import { lockFolder } from '../lock-folder.ts';
import { recordedProcesses } from '../recorded-processes.ts';
import type { Program } from '../start-supervisor.ts';
import { isSupervised } from '../supervisor-call.ts';
import { type Lab, type LabNode, labIfPresent, labNodes } from './lab-file.ts';
import { labNamespace } from './lab-network.plan.ts';
import { startLabNode } from './start-lab-node.ts';

const pairOf = (lab: Lab): Pair => present(lab.site.pair, 'a lab has two nodes');

/** Devices of a node of the lab, or of its witness, are taken down; `storage`: only that between the nodes. */
export async function cutLabNode(lab: Lab, { name, site }: LabNode, which: 'all' | 'storage'): Promise<void> {
  const devices = devicesOf(lab, name).filter((device) => which === 'all' || device === site.pair?.storageDevice);
  await ipBatch(
    devices.map((device) => `link set ${device} down`),
    labNamespace(lab.site, name),
  );
}

/** Every process at once, as its power going off would. The watchdog first: it stands outside of the node's groups, and would end pods. */
export async function killLabNode({ site, folders }: LabNode): Promise<boolean> {
  const { watchdog } = recordedProcesses(folders);
  if (watchdog) signalProcess(watchdog, 'SIGKILL');
  return openCgroups().killAll(cgroupRoot(site));
}

/** Gives every node of the lab in `data` its networks back, and starts whoever does not run; nothing where there is no lab of two, or it is down.
 * Errors: WorldError `Conflict` while another command is at work on the lab. */
export async function mendLab(of: {
  readonly data: string;
  readonly program: Program;
  readonly clock: Clock;
}): Promise<void> {
  const lab = labIfPresent(of.data);
  if (!lab?.site.pair) return;
  const there = namespaceList();
  const nodes = labNodes(of.data, lab).filter(({ name }) => there.includes(labNamespace(lab.site, name)));
  for (const { name } of nodes) await ipBatch(networksBack(lab, name), labNamespace(lab.site, name));
  const away: LabNode[] = [];
  for (const node of nodes) if (!(await isSupervised(node.folders))) away.push(node);
  if (away.length === 0) return;
  const lock = lockFolder(siteFolders(of.data));
  try {
    for (const node of away) await startLabNode(lab, node, of);
  } finally {
    lock.release();
  }
}

function devicesOf(lab: Lab, voter: string): readonly string[] {
  const { accessDevice, storageDevice, witness } = pairOf(lab);
  return voter === witness.name ? [accessDevice] : [accessDevice, storageDevice];
}

/** The witness has its way out by its device itself: that goes when the device goes down. */
function networksBack(lab: Lab, voter: string): string[] {
  const { witness, wayOut, accessDevice } = pairOf(lab);
  const up = devicesOf(lab, voter).map((device) => `link set ${device} up`);
  return voter === witness.name && wayOut !== undefined
    ? [...up, `route replace default via ${wayOut} dev ${accessDevice}`]
    : up;
}
