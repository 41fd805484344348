// How a site looks from one of its nodes. Each node has a folder and kernel names of its own, so that two of them can stand on one machine
// (the lab) as well as on two.
import { present } from '#base';
import { NODE_NAME } from './naming.ts';
import { SECOND_NODE_NAME, voterOf, WITNESS_NAME } from './pair.ts';
import type { Machine, Site } from './site.ts';

/** How many hexadecimal digits of {@link Site.id} are the site's; a letter of the node follows on all but the first. */
const ROOT_ID_LENGTH = 6;
const ID_ENDINGS: Readonly<Record<string, string>> = { [SECOND_NODE_NAME]: 'b', [WITNESS_NAME]: 'w' };

/** What the site is called at a hub, from whichever node. */
export const rootId = (site: Pick<Site, 'id'>): string => site.id.slice(0, ROOT_ID_LENGTH);

/** The node that a folder belongs to. */
export const ownNode = (site: Pick<Site, 'node'>): string => site.node ?? NODE_NAME;

/** The site as one voter's folder describes it: the same, but for kernel names and which of them it is. */
export function siteOn(site: Site, voter: string): Site {
  return { ...site, id: `${rootId(site)}${ID_ENDINGS[voter] ?? ''}`, node: voter };
}

/** The node's address on the switch: its machines' way out. */
export const nodeAddress = (site: Site): string =>
  site.pair ? voterOf(site.pair, ownNode(site)).access : site.network.gateway;

/** Machines that can stand here: pinned ones of this node, and those that fail over. */
export const machinesHere = (site: Site): readonly Machine[] =>
  site.machines.filter(({ node, pinned }) => !pinned || node === ownNode(site));

/** The one that serves the API, wherever it stands. */
export const masterOf = (site: Site): Machine =>
  present(
    site.machines.find(({ role }) => role === 'master'),
    'a site has a master machine',
  );

/** The worker of this node. */
export const workerHere = (site: Site): Machine =>
  present(
    site.machines.find(({ role, node }) => role === 'worker' && node === ownNode(site)),
    'a node has a worker',
  );
