// Every process of a site: those that `status` names, and those in the control groups of its machines (shims, pause processes,
// whatever runs in pods).
import fs from 'node:fs';
import { programOf } from './process-usage.ts';
import type { BenchSite } from './site.ts';

export interface SiteProcess {
  readonly pid: number;
  readonly name: string;
  /** Which node it stands on, or the witness. */
  readonly node: string;
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
  const named = new Set(processes.map(({ pid }) => pid));
  /** Each node has a root of its own. */
  const nodes = new Map<string, string>();
  for (const { pid, node } of processes) {
    const root = cgroupRootOf(pid);
    if (root === undefined) continue;
    const other = nodes.get(root);
    if (other !== undefined && other !== node) throw new Error(`${root} has processes of ${other} and of ${node}`);
    nodes.set(root, node);
  }
  const others = fs
    .readdirSync('/proc')
    .filter((entry) => /^[0-9]+$/.test(entry))
    .map(Number)
    .flatMap((pid) => {
      const node = named.has(pid) ? undefined : nodes.get(cgroupRootOf(pid) ?? '');
      return node === undefined ? [] : [{ pid, name: programOf(pid), node }];
    });
  return [...processes.map(({ pid, name, node }) => ({ pid, name, node })), ...others];
}
