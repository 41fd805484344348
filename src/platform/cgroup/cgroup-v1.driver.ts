// Version 1: the same path in each hierarchy that is mounted. A cpuset group holds no CPU until it is told which, from the
// top down; without that nothing can run in it.
import fs from 'node:fs';
import path from 'node:path';
import type { Clock } from '#platform/clock';
import { type CgroupLimits, type CgroupStats, type Cgroups, cgroupError } from './cgroup.ts';
import {
  ignoringAbsent,
  killUntilGone,
  processesBelow,
  readControl,
  removeFolders,
  statValue,
  writeControl,
} from './control-files.ts';
import { CPU_PERIOD_MICROS, CPU_QUOTA_MICROS_MIN } from './limits.ts';

const CONTROLLERS = ['cpu', 'cpuacct', 'cpuset', 'memory', 'pids', 'freezer', 'devices', 'blkio', 'systemd'];

/** The folder of a group in a controller's hierarchy. */
type FolderOf = (controller: string, group: string) => string;

function writeLimits(at: FolderOf, group: string, limits: CgroupLimits): void {
  const { cpuShares, cpuMillis, memoryBytes, processes } = limits;
  if (cpuShares !== undefined) writeControl(at('cpu', group), 'cpu.shares', cpuShares);
  if (cpuMillis !== undefined) {
    writeControl(at('cpu', group), 'cpu.cfs_period_us', CPU_PERIOD_MICROS);
    const quota = Math.max(CPU_QUOTA_MICROS_MIN, Math.round((cpuMillis * CPU_PERIOD_MICROS) / 1000));
    writeControl(at('cpu', group), 'cpu.cfs_quota_us', cpuMillis === 0 ? -1 : quota);
  }
  if (memoryBytes !== undefined)
    writeControl(at('memory', group), 'memory.limit_in_bytes', memoryBytes === 0 ? -1 : memoryBytes);
  if (processes !== undefined) writeControl(at('pids', group), 'pids.max', processes === 0 ? 'max' : processes);
}

function readStats(at: FolderOf, group: string): CgroupStats {
  const memory = readControl(at('memory', group), 'memory.stat');
  const usage = Number(readControl(at('memory', group), 'memory.usage_in_bytes'));
  return {
    cpuNanos: Number(readControl(at('cpuacct', group), 'cpuacct.usage')),
    memoryBytes: usage,
    workingSetBytes: Math.max(0, usage - statValue(memory, 'total_inactive_file')),
    rssBytes: statValue(memory, 'total_rss'),
    processes: Number(ignoringAbsent(() => readControl(at('pids', group), 'pids.current')) ?? 0),
    oomKills: statValue(readControl(at('memory', group), 'memory.oom_control'), 'oom_kill'),
  };
}

export function cgroupsV1(options: { root: string; clock: Clock }): Cgroups {
  const { root, clock } = options;
  const present = CONTROLLERS.filter((controller) => fs.existsSync(path.join(root, controller, 'cgroup.procs')));
  const at = (controller: string, group: string): string => path.join(root, controller, group);
  const has = (controller: string): boolean => present.includes(controller);

  const fillCpuset = (group: string): void => {
    let folder = at('cpuset', '');
    for (const part of group.split('/').filter(Boolean)) {
      const parent = folder;
      folder = path.join(folder, part);
      for (const file of ['cpuset.cpus', 'cpuset.mems'])
        if (readControl(folder, file) === '') writeControl(folder, file, readControl(parent, file));
    }
  };
  const create = (group: string): void => {
    for (const controller of present) {
      try {
        fs.mkdirSync(at(controller, group), { recursive: true });
      } catch (error) {
        throw cgroupError('create', at(controller, group), error);
      }
    }
    if (has('cpuset')) fillCpuset(group);
  };
  const listed = (group: string): number[] => {
    const found = new Set<number>();
    for (const controller of ['memory', 'cpu', 'pids', 'freezer'].filter(has))
      for (const pid of processesBelow(at(controller, group))) found.add(pid);
    return [...found];
  };
  const freeze = (group: string, state: 'FROZEN' | 'THAWED'): void => {
    if (has('freezer')) ignoringAbsent(() => writeControl(at('freezer', group), 'freezer.state', state));
  };
  return {
    version: 1,
    create,
    setLimits: (group, limits) => writeLimits(at, group, limits),
    exists: (group) => present.every((controller) => fs.existsSync(at(controller, group))),
    addProcess: (group, pid) => {
      for (const controller of present) writeControl(at(controller, group), 'cgroup.procs', pid);
    },
    processes: listed,
    // Frozen, nothing forks while the signals go out; thawed, the killed die. The loop catches what joined in between.
    killAll: async (group) => {
      freeze(group, 'FROZEN');
      for (const pid of listed(group)) ignoringAbsent(() => process.kill(pid, 'SIGKILL'));
      freeze(group, 'THAWED');
      return killUntilGone(() => listed(group), clock);
    },
    // On a hybrid machine runtimes make the same groups in the version 2 hierarchy too.
    remove: (group) => [...present, 'unified'].map((controller) => removeFolders(at(controller, group))).every(Boolean),
    stats: (group) => readStats(at, group),
    children: (group) =>
      ignoringAbsent(() => fs.readdirSync(at('memory', group), { withFileTypes: true }))
        ?.filter((entry) => entry.isDirectory())
        .map((entry) => entry.name) ?? [],
  };
}
