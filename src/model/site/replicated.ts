// Replicated volumes as the cluster sees them: what the makers, keepers and users of their objects agree on.

/** The driver's name in volumes, and its name as a provisioner in storage classes. */
export const REPLICATED_DRIVER = 'replicated.holdfast.dev';
/** Keeps a volume's object until its folder is away. */
export const REPLICATED_FINALIZER = 'holdfast.dev/replicated';
/** Name as on Azure Stack Edge's classes. */
export const REPLICATED_CLASS = 'ase-replicated';
