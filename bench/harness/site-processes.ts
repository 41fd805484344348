// Every process of a site: those that `status` names, and those in the control groups of its machines (shims, pause processes,
// whatever runs in pods).
import fs from 'node:fs';
import { programOf } from './process-usage.ts';
import type { BenchSite } from './site.ts';

export interface SiteProcess {
  readonly pid: number;
  readonly name: string;
}

/** The site's root among the control groups of a process, e.g. `holdfast-ab12`. */
function cgroupRootOf(pid: number): string | undefined {
  try {
    return /\/(holdfast-[^/\n]+)/.exec(fs.readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1];
  } catch {
    // The process has ended.
    return undefined;
  }
}

export async function siteProcesses(site: BenchSite): Promise<SiteProcess[]> {
  const { processes } = await site.status();
  const named = new Map(processes.map(({ pid, name }) => [pid, name]));
  const roots = new Set([...named.keys()].map(cgroupRootOf).filter((root) => root !== undefined));
  if (roots.size > 1) throw new Error(`the site's processes are in groups of several sites: ${[...roots].join(', ')}`);
  const [root] = roots;
  const others = fs
    .readdirSync('/proc')
    .filter((entry) => /^[0-9]+$/.test(entry))
    .map(Number)
    .filter((pid) => root !== undefined && !named.has(pid) && cgroupRootOf(pid) === root);
  return [
    ...processes.map(({ pid, name }) => ({ pid, name })),
    ...others.map((pid) => ({ pid, name: programOf(pid) })),
  ];
}
