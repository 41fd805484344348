// Makes a lab: chooses its network, describes the site, and gives each node what it must have before it starts: the description, and of the
// certificates all that it may know.

import { WorldError } from '#base';
import { DEFAULT_PORTS, dataPathProblem, planPair, type Site, WITNESS_NAME } from '#model/site';
import { type Clock, rfc3339 } from '#platform/clock';
import { copyTree, isPresent, makeFolder, readTextIfPresent, writeFileAtomic } from '#platform/disk';
import { machineCapacity } from '#platform/process';
import { releaseClaims } from '../claims.ts';
import { chooseNetwork, newSiteId } from '../create-site.ts';
import { ensureRegistryAccounts } from '../registry-accounts.ts';
import { planSite, type SiteWishes } from '../site.plan.ts';
import { writeSite } from '../site-file.ts';
import { type Lab, type LabNode, labFolder, labNodes, writeLab } from './lab-file.ts';
import { labAddress } from './lab-network.plan.ts';

/** Cores that each of the nodes counts on at least: the machine is shared, and a node with less starts nothing. */
const NODE_CORES_MIN = 2;

/** Errors: WorldError `Invalid`, `Exhausted`, `Conflict`. */
export async function createLab(of: { data: string; wishes: SiteWishes; clock: Clock }): Promise<Site> {
  const { data, wishes, clock } = of;
  const problem = dataPathProblem(data, true);
  if (problem)
    throw new WorldError('Invalid', `--data ${data} ${problem}`, { cure: 'choose another folder with --data DIR' });
  for (const [option, given] of [
    ['--address', wishes.outsideAddress],
    ['--runtime simulated', wishes.runtime === 'simulated'],
  ] as const)
    if (given)
      throw new WorldError('Unsupported', `${option} cannot be had together with --nodes 2`, {
        cure: 'leave it out: the doors of a lab answer this machine at their virtual address',
      });
  const by = { data, clock };
  try {
    const network = await chooseNetwork(by, wishes);
    const { cores, memoryBytes } = machineCapacity();
    const id = newSiteId();
    const pair = planPair(network.subnet, (voter) => labFolder(data, voter));
    const site = planSite({
      ...{ wishes, id, network, pair: { ...pair, wayOut: labAddress({ id, network } as Site) } },
      createdAt: rfc3339(clock.now()),
      node: { cores: Math.max(NODE_CORES_MIN, Math.floor(cores / 2)), memoryBytes: Math.floor(memoryBytes / 2) },
      ports: DEFAULT_PORTS,
    });
    makeFolder(data);
    writeLab(data, site);
    return site;
  } catch (error) {
    releaseClaims(data);
    throw error;
  }
}

/** Gives each node its folder and the site's description; what is there stays. */
export function furnishLab(data: string, lab: Lab): void {
  for (const { folders, site } of labNodes(data, lab)) {
    makeFolder(folders.data);
    if (!isPresent(folders.siteFile)) writeSite(folders, site);
  }
  const [first] = labNodes(data, lab);
  if (first) ensureRegistryAccounts(first.folders);
}

/** Gives the others what the first node has made of certificates and keys, once that is whole. */
export function shareKeys(data: string, lab: Lab): void {
  const [first, ...others] = labNodes(data, lab);
  if (!first) return;
  for (const { name, folders } of others) {
    if (isPresent(folders.pki)) continue;
    if (name === WITNESS_NAME) furnishWitness(first.folders.pki, folders.pki);
    else copyTree(first.folders.pki, folders.pki);
  }
}

/** Written last when certificates were made. */
export const hasKeys = ({ folders }: LabNode): boolean => isPresent(`${folders.pki}/changed`);

/** The witness is given what it shows and what it believes, and nothing else. */
function furnishWitness(from: string, to: string): void {
  const files = [`etcd-${WITNESS_NAME}.pem`, 'etcd/anchor.crt', 'witness-key.json', 'changed'];
  for (const file of files) writeFileAtomic(`${to}/${file}`, readTextIfPresent(`${from}/${file}`) ?? '');
}
