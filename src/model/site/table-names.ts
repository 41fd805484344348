// Names that a site has in nftables, derived from its id.
import type { Site } from './site.ts';

type Named = Pick<Site, 'id'>;

/** The nftables table (family ip) in the host's namespace. */
export const tableName = (site: Named): string => `holdfast_${site.id}`;
/** The table (family netdev) by which a voter of a pair refuses fenced nodes. */
export const refusalTable = (site: Named): string => `${tableName(site)}_refused`;
/** The table (family ip) by which a member of a pair keeps strangers from its replicated volumes. */
export const volumesTable = (site: Named): string => `${tableName(site)}_volumes`;
