// Groups in memory, for tests and for the simulated runtime: they hold limits and no processes.
import type { CgroupLimits, Cgroups } from './cgroup.ts';

export interface FakeCgroups extends Cgroups {
  readonly groups: Map<string, CgroupLimits>;
}

export function fakeCgroups(): FakeCgroups {
  const groups = new Map<string, CgroupLimits>();
  return {
    version: 2,
    groups,
    create: (path) => {
      const parts = path.split('/').filter(Boolean);
      for (let i = 1; i <= parts.length; i++) {
        const parent = `/${parts.slice(0, i).join('/')}`;
        if (!groups.has(parent)) groups.set(parent, {});
      }
    },
    setLimits: (path, limits) => void groups.set(path, { ...groups.get(path), ...limits }),
    exists: (path) => groups.has(path),
    addProcess: () => undefined,
    processes: () => [],
    killAll: async () => true,
    remove: (path) => {
      for (const group of groups.keys()) if (group === path || group.startsWith(`${path}/`)) groups.delete(group);
      return true;
    },
    stats: () => ({ cpuNanos: 0, memoryBytes: 0, workingSetBytes: 0, rssBytes: 0, processes: 0, oomKills: 0 }),
    children: (path) =>
      [...groups.keys()]
        .filter((group) => group.startsWith(`${path}/`) && !group.slice(path.length + 1).includes('/'))
        .map((group) => group.slice(path.length + 1)),
  };
}
