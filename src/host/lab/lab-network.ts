// The lab's machines in this machine's kernel: namespaces, the two networks between them, and the way out.
import { type Site, switchName } from '#model/site';
import {
  ensureForwarding,
  interfaceList,
  interfaceRemove,
  ipBatch,
  namespaceCreate,
  namespaceList,
  sysctlWriteIn,
  wayOutMtu,
} from '#platform/net';
import { systemNft } from '#platform/nft';
import { everyStep } from '../every-step.ts';
import { FORWARDING_BEFORE_FILE, LAB_MTU_MAX } from '../limits.ts';
import { labVoters } from './lab-file.ts';
import { labCables, labNamespace, labRules, planLabNetwork, storageSwitch } from './lab-network.plan.ts';

/** Two nodes and a witness. */
const LAB_VOTERS = 3;

/** As each node would set them on a machine of its own. */
const NODE_SETTINGS = {
  'net.ipv4.ip_forward': '1',
  'net.ipv4.ip_nonlocal_bind': '1',
  'net.bridge.bridge-nf-call-iptables': '0',
};

export const labNamespacePath = (site: Site, voter: string): string => `/run/netns/${labNamespace(site, voter)}`;

export async function ensureLabNetwork(site: Site): Promise<void> {
  const names = labVoters(site).map(({ voter }) => voter.name);
  for (const name of names) {
    const namespace = labNamespace(site, name);
    if (!namespaceList().includes(namespace)) await namespaceCreate(namespace);
    await sysctlWriteIn(labNamespacePath(site, name), NODE_SETTINGS);
  }
  const within = new Map<string, readonly string[]>();
  for (const name of names)
    within.set(
      name,
      (await interfaceList(labNamespace(site, name))).map((link) => link.name),
    );
  const plan = planLabNetwork({ site, present: await interfaceList(), within, mtu: await wayOutMtu(LAB_MTU_MAX) });
  await ensureForwarding(FORWARDING_BEFORE_FILE);
  await ipBatch(plan.outside);
  for (const [name, commands] of plan.inside) await ipBatch(commands, labNamespace(site, name));
  await systemNft.apply(labRules(site));
}

export async function removeLabNetwork(site: Site): Promise<void> {
  const steps = everyStep();
  for (let index = 0; index < LAB_VOTERS; index++)
    for (const cable of labCables(site, index)) await steps.step(() => interfaceRemove(cable));
  for (const bridge of [storageSwitch(site), switchName(site)]) await steps.step(() => interfaceRemove(bridge));
  steps.finish();
}
