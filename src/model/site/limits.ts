// Named limits of a site, each with its reason.

/** A node's data folder: the longest socket below it (`/run/node-a-worker/containerd.sock.ttrpc`) must fit into 107 bytes (sun_path). */
export const DATA_PATH_BYTES_MAX = 60;
/** That of a lab, which holds one for each of its nodes and the witness. */
export const LAB_PATH_BYTES_MAX = DATA_PATH_BYTES_MAX - '/witness'.length;
/** A site's name is part of machine and host names (DNS label of 63 with "-worker" and a node name to come). */
export const SITE_NAME_LENGTH_MAX = 40;
/** Room on the disk below which a condition says so: twice what a store keeps back, so that it can have it again. */
export const DISK_LOW_BYTES = 32 * 1024 ** 2;
/** Cores a worker must at least have: below that the node agent cannot admit a usual pod. */
export const WORKER_CPU_MILLIS_MIN = 250;
/** Memory a worker must at least have: containerd, the node agent and one small pod. */
export const WORKER_MEMORY_BYTES_MIN = 512 * 1024 ** 2;
/** Pods per machine: what a /24 of pod addresses and upstream's own default allow. */
export const PODS_PER_MACHINE = 110;
/** How many /24 subnets are looked at, 10.50.0.0/24 to 10.50.255.0/24. */
export const SUBNETS_MAX = 256;

/** What a setting that is a number may be, both ends included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}
/** A pass asks the API about every object that the hub wants; drift that nobody sees for a day is no drift that matters. */
export const PASS_MINUTES: Range = { from: 1, to: 1440 };
/** More often costs a hub six times the usual and tells it nothing new; less often would let two lost ones make a site Offline there,
 * which comes after 15 minutes. */
export const HEARTBEAT_SECONDS: Range = { from: 10, to: 300 };
/** Two of the rarest heartbeats; a site that nobody has heard for a day is not well connected. */
export const SEMI_CONNECTED_MINUTES: Range = { from: 10, to: 1440 };
/** Always after SemiConnected, whatever that is set to. */
export const DISCONNECTED_DAYS: Range = { from: 2, to: 365 };
/** Of one process: some files of a journal at least, and no more than a disk can spare three times. */
export const JOURNAL_BYTES: Range = { from: 4 * 1024 * 1024, to: 4 * 1024 * 1024 * 1024 };
/** Of what both nodes have, in percent: below a tenth nothing runs, above all of it there is nothing. */
export const NODE_BUDGET_PERCENT: Range = { from: 10, to: 100 };
