// Version 2: one hierarchy; a controller works in a group when the parent passes it down in cgroup.subtree_control.
import fs from 'node:fs';
import path from 'node:path';
import type { Clock } from '#platform/clock';
import { type CgroupLimits, type Cgroups, cgroupError } from './cgroup.ts';
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

const CONTROLLERS = ['cpu', 'cpuset', 'memory', 'pids', 'io'];

/** The version 2 weight (1..10000) for version 1 shares (2..262144), by the mapping that runc uses. */
export function weightOfShares(shares: number): number {
  return 1 + Math.floor(((Math.min(262144, Math.max(2, shares)) - 2) * 9999) / 262142);
}

export function cgroupsV2(options: { root: string; clock: Clock }): Cgroups {
  const { root, clock } = options;
  const at = (group: string): string => path.join(root, group);

  const create = (group: string): void => {
    let folder = root;
    for (const part of group.split('/').filter(Boolean)) {
      const usable = readControl(folder, 'cgroup.controllers').split(' ');
      const wanted = CONTROLLERS.filter((controller) => usable.includes(controller)).map((name) => `+${name}`);
      if (wanted.length > 0) writeControl(folder, 'cgroup.subtree_control', wanted.join(' '));
      folder = path.join(folder, part);
      try {
        fs.mkdirSync(folder, { recursive: true });
      } catch (error) {
        throw cgroupError('create', folder, error);
      }
    }
  };
  const setLimits = (group: string, limits: CgroupLimits): void => {
    const { cpuShares, cpuMillis, memoryBytes, processes } = limits;
    if (cpuShares !== undefined) writeControl(at(group), 'cpu.weight', weightOfShares(cpuShares));
    if (cpuMillis !== undefined) {
      const quota = Math.max(CPU_QUOTA_MICROS_MIN, Math.round((cpuMillis * CPU_PERIOD_MICROS) / 1000));
      writeControl(at(group), 'cpu.max', `${cpuMillis === 0 ? 'max' : quota} ${CPU_PERIOD_MICROS}`);
    }
    if (memoryBytes !== undefined) {
      writeControl(at(group), 'memory.max', memoryBytes === 0 ? 'max' : memoryBytes);
      // What is over the limit is killed, and not moved to the machine's swap space. Kernels without swap lack the file.
      ignoringAbsent(() => writeControl(at(group), 'memory.swap.max', memoryBytes === 0 ? 'max' : 0));
    }
    if (processes !== undefined) writeControl(at(group), 'pids.max', processes === 0 ? 'max' : processes);
  };
  return {
    version: 2,
    create,
    setLimits,
    exists: (group) => fs.existsSync(at(group)),
    addProcess: (group, pid) => writeControl(at(group), 'cgroup.procs', pid),
    processes: (group) => processesBelow(at(group)),
    killAll: async (group) => {
      ignoringAbsent(() => writeControl(at(group), 'cgroup.kill', 1));
      return killUntilGone(() => processesBelow(at(group)), clock);
    },
    remove: (group) => removeFolders(at(group)),
    stats: (group) => {
      const memory = readControl(at(group), 'memory.stat');
      const usage = Number(readControl(at(group), 'memory.current'));
      return {
        cpuNanos: statValue(readControl(at(group), 'cpu.stat'), 'usage_usec') * 1000,
        memoryBytes: usage,
        workingSetBytes: Math.max(0, usage - statValue(memory, 'inactive_file')),
        rssBytes: statValue(memory, 'anon'),
        processes: Number(ignoringAbsent(() => readControl(at(group), 'pids.current')) ?? 0),
        oomKills: statValue(readControl(at(group), 'memory.events'), 'oom_kill'),
      };
    },
    children: (group) =>
      ignoringAbsent(() => fs.readdirSync(at(group), { withFileTypes: true }))
        ?.filter((entry) => entry.isDirectory())
        .map((entry) => entry.name) ?? [],
  };
}
