// What processes used between two moments, each a row.
import { processMemory, processUsage } from './process-usage.ts';
import type { SiteProcess } from './site-processes.ts';
import { rounded } from './statistics.ts';

export interface ProcessRow {
  readonly name: string;
  readonly node?: string;
  readonly rss_bytes: number;
  readonly pss_bytes: number;
  readonly pss_anonymous_bytes: number;
  /** Of one core. */
  readonly cpu_percent: number;
  readonly written_bytes: number;
}

/** Begins a window; what it gives ends it. Processes that ended in between are left out. */
export function usageWindow(
  processes: readonly (Omit<SiteProcess, 'node'> & Partial<SiteProcess>)[],
): () => ProcessRow[] {
  const before = processes.map(({ pid }) => processUsage(pid));
  const startMs = performance.now();
  return () => {
    const tookMs = performance.now() - startMs;
    return processes.flatMap(({ pid, name, node }, index) => {
      const first = before[index];
      const last = processUsage(pid);
      const memory = processMemory(pid);
      if (!first || !last || !memory) return [];
      return {
        name,
        ...(node !== undefined && { node }),
        rss_bytes: memory.rssBytes,
        pss_bytes: memory.pssBytes,
        pss_anonymous_bytes: memory.pssAnonymousBytes,
        cpu_percent: rounded(((last.cpuMs - first.cpuMs) / tookMs) * 100, 2),
        written_bytes: last.writtenBytes - first.writtenBytes,
      };
    });
  };
}

export const sumOf = (rows: readonly ProcessRow[], of: (row: ProcessRow) => number): number =>
  rows.reduce((sum, row) => sum + of(row), 0);
