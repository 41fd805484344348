// How fast a stopped site comes back: until its API answers, until its machines report to it again, and until `up` returns with
// the site Ready. What nodes say of themselves in the store outlives a stop, so a machine counts by the renewal of its lease.
import { bench, benchMain, pause, progress } from './harness/bench.ts';
import { connect, expectJson } from './harness/connection.ts';
import { readyzAnswers } from './harness/readyz.ts';
import { type BenchSite, withSite } from './harness/site.ts';
import { median, percentile, rounded, timed } from './harness/statistics.ts';

const PROBE_PAUSE_MS = 10;
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

interface Start {
  /** From the command to the first 200 of /readyz. */
  readonly apiMs: number;
  /** To the first moment at which every node had renewed its lease. */
  readonly nodesMs: number;
  /** To the end of `up`. */
  readonly readyMs: number;
}

interface LeaseList {
  readonly items: readonly { readonly spec?: { readonly renewTime?: string } }[];
}

/** Probes by connections of their own; gives the moments at which the API answered and every lease was newer than `startedAt`. */
async function comesBack(
  site: BenchSite,
  startedAt: number,
  stopped: AbortSignal,
): Promise<{ api: number; nodes: number }> {
  while (!(await readyzAnswers(site.target))) {
    stopped.throwIfAborted();
    await pause(PROBE_PAUSE_MS);
  }
  const api = performance.now();
  const connection = connect(site.target, { connections: 1 });
  try {
    for (;;) {
      stopped.throwIfAborted();
      const { items } = await expectJson<LeaseList>(connection.request('GET', LEASES), 200);
      if (items.length > 0 && items.every(({ spec }) => Date.parse(spec?.renewTime ?? '') > startedAt))
        return { api, nodes: performance.now() };
      await pause(PROBE_PAUSE_MS);
    }
  } finally {
    connection.close();
  }
}

async function startOnce(site: BenchSite): Promise<Start> {
  const failed = new AbortController();
  const startMs = performance.now();
  const upEnds = async (): Promise<number> => {
    try {
      await site.holdfast('up');
      return performance.now();
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  };
  const [ready, back] = await Promise.all([upEnds(), comesBack(site, Date.now(), failed.signal)]);
  const { phase } = await site.status();
  if (phase !== 'Ready') throw new Error(`up returned, but the site is ${phase}`);
  return { apiMs: back.api - startMs, nodesMs: back.nodes - startMs, readyMs: ready - startMs };
}

const startText = ({ apiMs, nodesMs, readyMs }: Start): string =>
  `API after ${rounded(apiMs, 0)} ms, machines after ${rounded(nodesMs, 0)} ms, up ended after ${rounded(readyMs, 0)} ms`;

export const siteStart = bench({
  name: 'site-start',
  about: 'a stopped site: from the command `up` to the API answering, to machines reporting, to Ready',
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
        progress(`start ${i + 1} of ${n}: ${startText(start)}`);
      }
      const figures = (spans: readonly number[]) => ({
        n: spans.length,
        median_ms: median(spans),
        min_ms: percentile(spans, 0),
        max_ms: percentile(spans, 1),
      });
      return {
        api_answering: figures(starts.map(({ apiMs }) => apiMs)),
        nodes_reporting: figures(starts.map(({ nodesMs }) => nodesMs)),
        ready: figures(starts.map(({ readyMs }) => readyMs)),
        down: figures(stopsMs),
        first_up_ms: rounded(site.firstUpMs, 0),
      };
    }),
});

if (import.meta.main) await benchMain(siteStart);
