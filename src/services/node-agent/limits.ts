// The named limits of this room, each with its reason.

/** How often the runtime is asked what runs. Ends are reported at once by hints; this catches the ones that were lost. */
export const RELIST_MS = 1_000;
/** A hint comes before the runtime has written the end down: looks after these pauses, in turn. */
export const RELIST_AFTER_HINT_MS = [5, 50, 250];
/** Renewal of the node's lease. The control plane calls a node lost after 50 s: two renewals may fail. Each is a commit, and
 * nearly all that an idle site writes to its flash. */
export const LEASE_RENEW_MS = 15_000;
export const LEASE_SECONDS = 40;
/** So long a silent runtime does not make the node unready: it is being started again, and pods run on meanwhile. */
export const RUNTIME_SILENCE_MS_MAX = 30_000;
/** Node status is sent when it changed, and at least this often. */
export const NODE_STATUS_MS = 300_000;
/** How often the conditions of the node are looked at. */
export const NODE_CHECK_MS = 10_000;
/** And while the node is not ready: what it waits for is usually there in an instant. */
export const UNREADY_CHECK_MS = 250;
/** A call to the API that failed is made again after this. */
export const API_RETRY_MS = 2_000;
/** Calls that report the node: the API may be starting at the same time. */
export const REPORT_RETRY = { firstMs: 100, maxMs: API_RETRY_MS, factor: 2 };
/** How long a runtime may take from its start to a network for pods. */
export const RUNTIME_START_MS_MAX = 10_000;
export const RUNTIME_LOOK_MS = 25;
/** A pod whose volumes, sandbox or container configuration failed is tried again after this. */
export const SETUP_RETRY = { firstMs: 1_000, maxMs: 30_000, factor: 2 };
/** How often a full disk is asked again to take what a pod was started with. */
export const CHECKPOINT_RETRY_MS = 2_000;
/** An image that could not be pulled is tried again after this. Source: Kubernetes, "Image pull back-off". */
export const PULL_RETRY = { firstMs: 10_000, maxMs: 300_000, factor: 2 };
/** How long the site's registry may take to say why a pull failed: it has just looked, and lets registries outside rest. */
export const REGISTRY_WORDS_MS = 5_000;
export const REGISTRY_WORDS_BYTES_MAX = 64 * 1024;
/** How long a failed pull is shown as such, before as waiting for the next. */
export const PULL_FAILURE_SHOWN_MS = 1_000;
/** Pulls at one time: more only share the same disk and wire. */
export const PULLS_MAX = 4;
/** The least time that a container gets after its preStop hook used its grace up. */
export const GRACE_SECONDS_MIN = 2;
/** How often a container is looked at that was sent a stop signal of the pod's own. */
export const STOP_LOOK_MS = 50;
/** A kept object is used when the API has not answered by then; a frozen one would not refuse. */
export const KEPT_AFTER_MS = 2_000;
/** Published sizes of logs and their number for a container. */
export const LOG_BYTES_MAX = 10 * 1024 * 1024;
export const LOG_FILES_MAX = 5;
export const LOG_CHECK_MS = 10_000;
/** A termination message of one container. Source: Kubernetes API, Container.terminationMessagePath. */
export const TERMINATION_MESSAGE_BYTES_MAX = 4096;
export const TERMINATION_LOG_LINES = 80;
export const TERMINATION_LOG_BYTES = 2048;
/** Volumes made of objects are compared with the objects at least this often; changes are followed at once. */
export const VOLUME_REFRESH_MS = 60_000;
/** Deleted volumes are looked for at least this often; changes are followed at once. */
export const NODE_LOCAL_CHECK_MS = 300_000;
/** Ended containers kept for each name, for their logs. */
export const ENDED_CONTAINERS_KEPT = 1;
/** What is removed for being unused. */
export const GARBAGE_CHECK_MS = 60_000;
/** Images are removed above the first share of the disk, down to the second. Source: Kubernetes image garbage collection. */
export const IMAGE_DISK_HIGH_SHARE = 0.85;
export const IMAGE_DISK_LOW_SHARE = 0.8;
/** An image is kept for this long after it was last seen in use or arrived. */
export const IMAGE_AGE_MS_MIN = 120_000;
/** What a pod must hold of the disk for its end to help a node that is short of it. */
export const EVICTION_DISK_SHARE_MIN = 0.01;
/** Under these shares of free space the node is under pressure. Source: Kubernetes hard eviction thresholds. */
export const DISK_FREE_SHARE_MIN = 0.1;
export const INODES_FREE_SHARE_MIN = 0.05;
export const MEMORY_FREE_BYTES_MIN = 100 * 1024 * 1024;
/** Images listed in the node's status. */
export const NODE_IMAGES_MAX = 50;
/** A request body of the agent's own server; nobody sends one. */
export const EXEC_OUTPUT_BYTES_MAX = 10 * 1024;
/** Bytes of a log answer that may wait for a slow reader. */
export const LOG_PENDING_BYTES_MAX = 1024 * 1024;
/** Tokens are renewed at this share of their life. Source: Kubernetes, service account token projection. */
export const TOKEN_RENEW_SHARE = 0.8;
/** And at the latest at this age. */
export const TOKEN_AGE_MS_MAX = 24 * 3_600_000;
export const TOKEN_SECONDS = 3607;
/** A token that was issued this much later than now is from before the clock went back. */
export const TOKEN_LATER_MS = 60_000;
/** The runtime's clock and the site's are read apart: what they differ by no more than this is no difference. */
export const RUNTIME_CLOCK_OFF_MS = 2_000;
