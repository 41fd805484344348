// Control groups by path ("/site/machine/kubepods/pod1"), the same on version 1 (one hierarchy a controller) and version 2.
// A path names a group in every hierarchy at once. Limits left out are not touched.
import { systemCodeOf, WorldError } from '#base';

export interface CgroupLimits {
  /** Relative weight in version 1 shares, 2..262144; 1024 is one CPU. */
  readonly cpuShares?: number;
  /** Thousandths of a CPU; 0 removes the limit. */
  readonly cpuMillis?: number;
  /** 0 removes the limit. */
  readonly memoryBytes?: number;
  /** 0 removes the limit. */
  readonly processes?: number;
}

export interface CgroupStats {
  /** CPU time since creation. */
  readonly cpuNanos: number;
  readonly memoryBytes: number;
  /** Memory that cannot be reclaimed cheaply: usage less inactive file pages. */
  readonly workingSetBytes: number;
  readonly rssBytes: number;
  readonly processes: number;
  /** Processes killed for want of memory, in this group itself. */
  readonly oomKills: number;
}

/** Errors: WorldError `NotFound` when the group is absent (stats), `Denied`, `Failed`. */
export interface Cgroups {
  readonly version: 1 | 2;
  /** Makes the group and its parents usable (controllers enabled, cpuset filled top-down). An existing one is fine. */
  create(path: string): void;
  setLimits(path: string, limits: CgroupLimits): void;
  exists(path: string): boolean;
  addProcess(path: string, pid: number): void;
  /** Process ids of the group and every group below. */
  processes(path: string): number[];
  /** Sends SIGKILL to every process of the group and below until none is left or `attempts` are used up. True when none is left. */
  killAll(path: string): Promise<boolean>;
  /** Removes the group and every group below, when they hold no process. Absent is fine; true when gone. */
  remove(path: string): boolean;
  stats(path: string): CgroupStats;
  /** Names of the groups directly below. */
  children(path: string): string[];
}

/** The world's error for a failed access to a control file. */
export function cgroupError(attempted: string, subject: string, cause: unknown): WorldError {
  const code = systemCodeOf(cause);
  const kind =
    code === 'ENOENT' ? 'NotFound' : code === 'EACCES' || code === 'EPERM' || code === 'EROFS' ? 'Denied' : 'Failed';
  return new WorldError(kind, `cannot ${attempted} ${subject}: ${code ?? String(cause)}`, {
    attempted,
    subject,
    cause,
  });
}
