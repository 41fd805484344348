// Starts what keeps one node of a lab, in that node's network namespace.
import { WITNESS_NAME } from '#model/site';
import type { Clock } from '#platform/clock';
import { type Program, startSupervisor } from '../start-supervisor.ts';
import type { Lab, LabNode } from './lab-file.ts';
import { labNamespacePath } from './lab-network.ts';

/** Errors: WorldError `Failed` with the last that it said. */
export function startLabNode(
  lab: Lab,
  { name, site, folders }: LabNode,
  by: { readonly program: Program; readonly clock: Clock },
): Promise<void> {
  return startSupervisor({
    ...{ site, folders, ...by },
    app: name === WITNESS_NAME ? 'witness' : 'holdfastd',
    networkNamespace: labNamespacePath(lab.site, name),
  });
}
