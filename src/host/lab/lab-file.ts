// The lab's description, and the folders of its nodes. A lab is a site of two nodes and a witness on one machine: each has a folder of its
// own below the lab's, as it would have on a machine of its own.
import { WorldError } from '#base';
import {
  DATA_FORMAT_VERSION,
  departed,
  ownNode,
  type PairVoter,
  type Site,
  type SiteFolders,
  siteFolders,
  siteOn,
  votersOf,
} from '#model/site';
import { isPresent, readJsonIfPresent, writeFileAtomic } from '#platform/disk';
import { isRunnable, lockHolder } from '#platform/process';

export interface Lab {
  readonly formatVersion: number;
  /** As its first node sees it. */
  readonly site: Site;
}

export interface LabNode {
  readonly name: string;
  /** The site as this node sees it. */
  readonly site: Site;
  readonly folders: SiteFolders;
}

const labFile = (data: string): string => `${data}/lab.json`;
export const labFolder = (data: string, voter: string): string => `${data}/${voter}`;

/** The lab of a data folder; undefined when there is none. Errors: WorldError `Unsupported` for a newer format, `Corrupt`. */
export function labIfPresent(data: string): Lab | undefined {
  const lab = readJsonIfPresent<Lab>(labFile(data));
  if (lab && lab.formatVersion > DATA_FORMAT_VERSION)
    throw new WorldError(
      'Unsupported',
      `the lab in ${data} has format ${lab.formatVersion}; this software knows formats up to ${DATA_FORMAT_VERSION}`,
      { subject: data, cure: 'use the software that made it, or a newer one' },
    );
  return lab;
}

export function writeLab(data: string, site: Site): void {
  writeFileAtomic(
    labFile(data),
    `${JSON.stringify({ formatVersion: DATA_FORMAT_VERSION, site } satisfies Lab, null, 2)}\n`,
  );
}

/** The voters of a lab with their places in it, which they keep when others leave. */
export function labVoters({
  pair,
  alone,
  node,
}: Site): readonly { readonly voter: PairVoter; readonly place: number }[] {
  const of = pair ?? alone?.formerly;
  const all = (of ? votersOf(of) : []).map((voter, place) => ({ voter, place }));
  return pair ? all : all.filter(({ voter }) => voter.name === node);
}

/** The nodes of a lab, the witness last. */
export function labNodes(data: string, { site }: Lab): readonly LabNode[] {
  return labVoters(site).map(({ voter: { name } }) => ({
    name,
    site: siteOn(site, name),
    folders: siteFolders(labFolder(data, name)),
  }));
}

/** Voters that have left a lab, of which something may be left. */
export const departedNodes = (data: string, { site }: Lab): readonly LabNode[] =>
  departed(site).map(({ name }) => ({ name, site: siteOn(site, name), folders: siteFolders(labFolder(data, name)) }));

/** The folder that commands speak to: that of the node which controls, else of one that runs, else of the first. */
export function speakingFolder(data: string, lab: Lab): string {
  const nodes = labNodes(data, lab).slice(0, 2);
  const running = nodes.filter(({ folders }) => isRunnable(lockHolder(folders.supervisorLock)?.pid ?? 0));
  const controlling = running.find(({ folders }) => isPresent(folders.controlMark));
  const chosen = controlling ?? running[0] ?? nodes[0];
  return chosen?.folders.data ?? labFolder(data, ownNode(lab.site));
}
