// Names that a site has among control groups, all derived from its id, so that they can be found again (and removed) from site.json alone.
import type { Machine, Site } from './site.ts';

type Named = Pick<Site, 'id'>;

/** Root of the site's control groups in every hierarchy. */
export const cgroupRoot = (site: Named): string => `/holdfast-${site.id}`;
export const machineCgroup = (site: Named, machine: Pick<Machine, 'name'>): string =>
  `${cgroupRoot(site)}/${machine.name}`;

/** Group of a pair's kube: it may stand by, or go on following the log, where nothing of the master machine may run. */
export const controlCgroup = (site: Named): string => `${cgroupRoot(site)}/control`;
