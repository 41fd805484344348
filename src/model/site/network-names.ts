// Names that a site has in the kernel's network, all derived from its id, so that they can be found again (and removed) from
// site.json alone. Interface names fit IFNAMSIZ (15 characters).
import type { Machine, Site } from './site.ts';

type Named = Pick<Site, 'id'>;

/** The bridge that is the site's switch: `hf` and the id. */
export const switchName = (site: Named): string => `hf${site.id}`;
/** The network namespace of a machine, below /run/netns. */
export const namespaceName = (site: Named, machine: Pick<Machine, 'name'>): string => `hf${site.id}-${machine.name}`;
/** Every namespace of the site starts with this. */
export const namespacePrefix = (site: Named): string => `hf${site.id}-`;
export const namespacePath = (site: Named, machine: Pick<Machine, 'name'>): string =>
  `/run/netns/${namespaceName(site, machine)}`;
/** The switch's end of a machine's cable; `index` is the machine's place in site.json. */
export const cableName = (site: Named, index: number): string => `hf${site.id}m${index}`;
/** The node's end of the link to the master machine of a pair. */
export const controlLinkName = (site: Named): string => `hf${site.id}c`;
