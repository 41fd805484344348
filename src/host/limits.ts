// Named limits and fixed places of the host room, each with its reason.

/** How often a start is looked at; it takes one to four seconds in all. */
export const START_POLL_MS = 20;
/** holdfastd opens its socket before anything else: when it has not after this, it will not. */
export const SUPERVISOR_START_MS = 20_000;
/** `up` gives up waiting for Ready after this, unless told otherwise. */
export const READY_TIMEOUT_MS_DEFAULT = 120_000;
/** Containers have this long between SIGTERM and SIGKILL when a site stops. */
export const POD_STOP_GRACE_MS = 10_000;
export const POD_STOP_POLL_MS = 50;
/** Processes on record have this long to end when holdfastd is not there to end them. */
export const RECORDED_STOP_GRACE_MS = 5_000;
/** A holdfastd that did not stop when asked has this long to end. */
export const KEEPER_STOP_GRACE_MS = 2_000;
/** Lazily unmounting a whole tree is repeated: mounts uncover mounts. */
export const UNMOUNT_ROUNDS_MAX = 5;
/** From its claims to its site.json a site is not made yet, and its claims are good all the same. */
export const SITE_MADE_MS = 60_000;
/** How often it is looked at whether a node that leaves is empty, and whether the other one controls. */
export const LEAVE_POLL_MS = 250;
/** As the machines service writes it. */
export const FORWARDING_BEFORE_FILE = '/run/holdfast/ip_forward.before';
/** Where an administrator's units stand. */
export const UNIT_FOLDER = '/etc/systemd/system';
/** `up` waits READY_TIMEOUT_MS_DEFAULT for Ready, and before that for holdfastd and what prepares the machine. */
export const UNIT_START_MAX_S = 300;
/** `down` ends processes, pods and containerd one after the other, each with its grace. */
export const UNIT_STOP_MAX_S = 120;
/** How many ports after the usual one are tried with `--ports auto`. */
export const PORTS_TRIED_MAX = 200;
/** How much of a log is read at once, and from how far before its end a reader starts. */
export const LOG_READ_BYTES = 256 * 1024;
/** How often a followed file is looked at. */
export const FOLLOW_POLL_MS = 200;
/** Lines of a log that a failure shows. */
export const LAST_LINES = 12;
/** A hub with a hundred thousand sites reads them all before it answers. */
export const HUB_START_MS = 60_000;
/** A hub that was asked to end writes the last contacts of its sites; then it is killed, which loses nothing that matters. */
export const HUB_STOP_GRACE_MS = 10_000;

/** Bytes. Ethernet's usual size, for the cables of a lab; less when this machine's way out carries less. */
export const LAB_MTU_MAX = 1500;
/** How often it is asked how a rolling restart stands, and for how long nobody may answer meanwhile. */
export const RESTART_POLL_MS = 500;
export const RESTART_SILENCE_MS_MAX = 120_000;
