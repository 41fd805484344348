// What a site costs that does nothing: memory of every process of its own and of the real parts, processor time, and bytes
// written to storage. PSS shares out pages that several processes map, so that its sum is what the site takes; the sum of RSS
// counts them each time, and stands here because others publish it.
import { bench, benchMain, pause, progress } from './harness/bench.ts';
import { withSite } from './harness/site.ts';
import { rounded } from './harness/statistics.ts';
import { processMemory, processUsage } from './idle/process-usage.ts';
import { type SiteProcess, siteProcesses } from './idle/site-processes.ts';

const HOUR_S = 3600;

interface ProcessRow {
  readonly name: string;
  readonly rss_bytes: number;
  readonly pss_bytes: number;
  readonly cpu_percent: number;
  readonly written_bytes: number;
}

/** Uses of the processes over a window; those that ended in it are left out. */
async function observe(processes: readonly SiteProcess[], windowS: number): Promise<ProcessRow[]> {
  const before = processes.map(({ pid }) => processUsage(pid));
  const startMs = performance.now();
  await pause(windowS * 1000);
  const tookMs = performance.now() - startMs;
  return processes.flatMap(({ pid, name }, index) => {
    const first = before[index];
    const last = processUsage(pid);
    const memory = processMemory(pid);
    if (!first || !last || !memory) return [];
    return {
      name,
      rss_bytes: memory.rssBytes,
      pss_bytes: memory.pssBytes,
      cpu_percent: rounded(((last.cpuMs - first.cpuMs) / tookMs) * 100, 2),
      written_bytes: last.writtenBytes - first.writtenBytes,
    };
  });
}

export const idle = bench({
  name: 'idle',
  about: 'memory, processor time and bytes written of a site that does nothing',
  options: {
    settle: { default: 60, means: 'seconds from Ready until the window' },
    window: { default: 60, means: 'seconds of the window' },
  },
  slow: false,
  measure: ({ settle, window }) =>
    withSite([], async (site) => {
      progress(`letting the site settle for ${settle} s`);
      await pause(settle * 1000);
      const processes = await siteProcesses(site);
      progress(`looking at ${processes.length} processes for ${window} s`);
      const rows = await observe(processes, window);
      const sum = (of: (row: ProcessRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
      const written = sum((row) => row.written_bytes);
      return {
        rss_bytes: sum((row) => row.rss_bytes),
        pss_bytes: sum((row) => row.pss_bytes),
        /** Of one core. */
        cpu_percent: rounded(
          sum((row) => row.cpu_percent),
          2,
        ),
        written_bytes_per_hour: Math.round((written / window) * HOUR_S),
        processes: rows.toSorted((a, b) => b.pss_bytes - a.pss_bytes),
      };
    }),
});

if (import.meta.main) await benchMain(idle);
