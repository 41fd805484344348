// Replicated volumes as the cluster sees them: what the makers, keepers and users of their objects agree on.
import type { SiteFolders } from './folders.ts';
import type { Site } from './site.ts';

/** The driver's name in volumes, and its name as a provisioner in storage classes. */
export const REPLICATED_DRIVER = 'replicated.holdfast.dev';
/** Keeps a volume's object until its folder is away. */
export const REPLICATED_FINALIZER = 'holdfast.dev/replicated';
/** Name as on Azure Stack Edge's classes. */
export const REPLICATED_CLASS = 'ase-replicated';

/** Where the registry's blobs and catalogue stand: of a pair on both nodes. No volume has such a name. */
export const registryContent = (site: Site, folders: SiteFolders): string =>
  site.pair ? `${folders.replicatedVolumes}/.registry` : folders.content;
