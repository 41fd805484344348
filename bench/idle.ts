// What a site costs that does nothing: memory of every process of its own and of the real parts, processor time, and bytes
// written to storage. PSS shares out pages that several processes map, so that its sum is what the site takes; the sum of RSS
// counts them each time, and stands here because others publish it. Programs outside the site that map the same binaries lower its
// PSS; the anonymous part is free of that.
import { bench, benchMain, pause, progress } from './harness/bench.ts';
import { withSite } from './harness/site.ts';
import { siteProcesses } from './harness/site-processes.ts';
import { rounded } from './harness/statistics.ts';
import { sumOf, usageWindow } from './harness/usage-window.ts';

const HOUR_S = 3600;

export const idle = bench({
  name: 'idle',
  about: 'memory, processor time and bytes written of a site that does nothing',
  options: {
    settle: { default: 60, means: 'seconds from Ready until the window' },
    window: { default: 300, means: 'seconds of the window' },
    nodes: { default: 1, means: 'nodes of the site: 1, or 2 with their witness' },
  },
  slow: false,
  measure: ({ settle, window, nodes }) =>
    withSite(nodes === 1 ? [] : ['--nodes', String(nodes)], async (site) => {
      progress(`letting the site settle for ${settle} s`);
      await pause(settle * 1000);
      const processes = await siteProcesses(site);
      progress(`looking at ${processes.length} processes for ${window} s`);
      const windowEnds = usageWindow(processes);
      await pause(window * 1000);
      const rows = windowEnds();
      return {
        rss_bytes: sumOf(rows, (row) => row.rss_bytes),
        pss_bytes: sumOf(rows, (row) => row.pss_bytes),
        pss_anonymous_bytes: sumOf(rows, (row) => row.pss_anonymous_bytes),
        /** Of one core. */
        cpu_percent: rounded(
          sumOf(rows, (row) => row.cpu_percent),
          2,
        ),
        written_bytes_per_hour: Math.round((sumOf(rows, (row) => row.written_bytes) / window) * HOUR_S),
        nodes: Object.fromEntries(
          Map.groupBy(rows, ({ node }) => node)
            .entries()
            .map(([node, own]) => [
              node,
              {
                pss_bytes: sumOf(own, (row) => row.pss_bytes),
                cpu_percent: rounded(
                  sumOf(own, (row) => row.cpu_percent),
                  2,
                ),
              },
            ]),
        ),
        processes: rows.toSorted((a, b) => b.pss_bytes - a.pss_bytes),
      };
    }),
});

if (import.meta.main) await benchMain(idle);
