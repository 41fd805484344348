// Named limits and fixed places of the machines service, each with its reason.

/** Ethernet's usual size; less when the machine's way out carries less. */
export const MTU_MAX = 1500;
/** Weight of a machine's own daemons against its pods: they must answer while pods use up the machine. */
export const SYSTEM_CPU_SHARES = 4096;
/** What net.ipv4.ip_forward was before the first site; outside of data folders because sites share it. Gone after a reboot, as the setting is. */
export const FORWARDING_BEFORE_FILE = '/run/holdfast/ip_forward.before';
/** containerd needs a moment to give its state to disk. */
export const CONTAINERD_STOP_GRACE_MS = 15_000;
/** Weight of a node of a pair, with all that runs on it, against everything else on its machine. */
export const PAIR_CPU_SHARES = 16_384;
