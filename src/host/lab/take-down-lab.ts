// Stops a lab with its data kept, or removes it altogether.
import { siteFolders } from '#model/site';
import { isPresent, removeTree } from '#platform/disk';
import { namespaceRemove } from '#platform/net';
import { releaseClaims } from '../claims.ts';
import { everyStep } from '../every-step.ts';
import { endGuard } from '../guard.ts';
import { recordedProcesses } from '../recorded-processes.ts';
import { removeSite } from '../remove-site.ts';
import { askToStop, type TakeDown } from '../stop-site.ts';
import { endProcesses, removeKernelTraces } from '../tear-down.ts';
import { departedNodes, type Lab, labNodes } from './lab-file.ts';
import { labNamespace } from './lab-network.plan.ts';
import { removeLabNetwork } from './lab-network.ts';

/** Asks every node to stop, at once, and ends what is left. */
export async function stopLab(of: TakeDown & { keepPods: boolean }, lab: Lab): Promise<{ ran: boolean }> {
  const nodes = labNodes(of.data, lab).filter(({ folders }) => isPresent(folders.siteFile));
  const ran = await Promise.all(
    nodes.map(async ({ name, folders }) => {
      const progress = (text: string): void => of.progress(`${name}: ${text}`);
      const asked = await askToStop(folders, of.keepPods, progress);
      const runs = asked || Object.keys(recordedProcesses(folders)).length > 0;
      await endGuard(folders, of.clock);
      return runs;
    }),
  );
  if (!of.keepPods) await endLab(of, lab);
  return { ran: ran.includes(true) };
}

/** Ends what runs of a lab, and takes away what it has in the kernel. Errors: WorldError `Failed` that names everything that stays. */
export async function endLab(of: TakeDown, lab: Lab, graceMs?: number): Promise<void> {
  const nodes = [...labNodes(of.data, lab), ...departedNodes(of.data, lab)];
  const steps = everyStep();
  for (const { site, folders } of nodes)
    await steps.step(() => endProcesses({ site, folders, clock: of.clock, ...(graceMs !== undefined && { graceMs }) }));
  for (const { site, folders } of nodes) {
    await steps.step(() => removeKernelTraces(site, folders));
    await steps.step(() => removeTree(folders.run));
  }
  for (const { name } of nodes) await steps.step(() => namespaceRemove(labNamespace(lab.site, name)));
  await steps.step(() => removeLabNetwork(lab.site));
  steps.finish();
}

/** Removes everything of the lab that can be removed. lab.json goes last: until then it can be found and destroyed again. */
export async function removeLab(of: TakeDown, lab: Lab): Promise<void> {
  const { data } = of;
  const steps = everyStep();
  await steps.step(() => endLab(of, lab, 0));
  for (const { folders } of [...labNodes(data, lab), ...departedNodes(data, lab)])
    await steps.step(() => removeSite(folders));
  steps.finish();
  releaseClaims(data);
  removeTree(siteFolders(data).data);
}
