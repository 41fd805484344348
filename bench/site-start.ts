// How fast a stopped site comes back: until its API answers, and until `up` returns with the site Ready.
import { bench, benchMain, pause, progress } from './harness/bench.ts';
import { readyzAnswers } from './harness/readyz.ts';
import { type BenchSite, withSite } from './harness/site.ts';
import { median, percentile, rounded, timed } from './harness/statistics.ts';

const PROBE_PAUSE_MS = 10;

interface Start {
  readonly apiMs: number;
  readonly readyMs: number;
}

/** Probes by connections of their own while `up` works; gives the first moment of a 200. */
async function apiAnswers(site: BenchSite, until: { aborted: boolean }): Promise<number> {
  while (!until.aborted) {
    if (await readyzAnswers(site.target)) return performance.now();
    await pause(PROBE_PAUSE_MS);
  }
  return Number.NaN;
}

async function startOnce(site: BenchSite): Promise<Start> {
  const until = { aborted: false };
  const startMs = performance.now();
  const answering = apiAnswers(site, until);
  try {
    await site.holdfast('up');
  } catch (error) {
    until.aborted = true;
    throw error;
  }
  const readyMs = performance.now() - startMs;
  const apiMs = (await answering) - startMs;
  const { phase } = await site.status();
  if (phase !== 'Ready') throw new Error(`up returned, but the site is ${phase}`);
  return { apiMs, readyMs };
}

export const siteStart = bench({
  name: 'site-start',
  about: 'a stopped site: from the command `up` to the API answering /readyz, and to Ready',
  options: { n: { default: 10, means: 'starts' } },
  slow: false,
  measure: ({ n }) =>
    withSite([], async (site) => {
      const starts: Start[] = [];
      const stopsMs: number[] = [];
      for (let i = 0; i < n; i++) {
        await timed(stopsMs, () => site.holdfast('down'));
        const start = await startOnce(site);
        starts.push(start);
        progress(
          `start ${i + 1} of ${n}: API after ${rounded(start.apiMs, 0)} ms, Ready after ${rounded(start.readyMs, 0)} ms`,
        );
      }
      const figures = (spans: readonly number[]) => ({
        n: spans.length,
        median_ms: median(spans),
        min_ms: percentile(spans, 0),
        max_ms: percentile(spans, 1),
      });
      return {
        api_answering: figures(starts.map(({ apiMs }) => apiMs)),
        ready: figures(starts.map(({ readyMs }) => readyMs)),
        down: figures(stopsMs),
        first_up_ms: rounded(site.firstUpMs, 0),
      };
    }),
});

if (import.meta.main) await benchMain(siteStart);
