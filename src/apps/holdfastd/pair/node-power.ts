// The management controllers of the nodes, by which whoever controls cuts the power of one that others cannot refuse: `pki/power.json`, which an
// operator writes on the node that controls, and which is on both nodes from then on, sealed in etcd.
//
//   { "node-b": { "kind": "redfish", "address": "192.0.2.7", "user": "fence", "password": "...", "certificate": "unverified" } }
import { messageOf, WorldError } from '#base';
import type { SiteFolders } from '#model/site';
import { readJsonIfPresent } from '#platform/disk';
import type { Log } from '#platform/log';
import { openPower, type PowerController } from '#platform/power';

const powerFile = ({ pki }: Pick<SiteFolders, 'pki'>): string => `${pki}/power.json`;

function controllerOf(folders: SiteFolders, node: string): PowerController | undefined {
  const file = powerFile(folders);
  const found = readJsonIfPresent<Record<string, Partial<PowerController>>>(file)?.[node];
  if (found === undefined) return undefined;
  const { kind, address, user, password } = found;
  const isWhole = (kind === 'ipmi' || (kind === 'redfish' && 'certificate' in found)) && address && user && password;
  if (isWhole) return found as PowerController;
  throw new WorldError('Invalid', `${file}: what it says of ${node} is no controller`, {
    subject: file,
    cure: 'give kind (redfish or ipmi), address, user and password, and for redfish certificate: a file, or "unverified"',
  });
}

/** Cuts the power of a node; true once it is known to be off, false when there is no controller, or it does not do it. */
export async function cutNodePower(of: { folders: SiteFolders; log: Log }, node: string): Promise<boolean> {
  const { folders, log } = of;
  try {
    const controller = controllerOf(folders, node);
    if (!controller) return false;
    await openPower(controller).cut();
    log.warn('the power of a node was cut', { node });
    return true;
  } catch (error) {
    log.warn('the power of a node cannot be cut', { node, error: messageOf(error) });
    return false;
  }
}
