// What pods without limits do to the API: latency of create and get with the worker left alone, and with pods on it that burn
// every processor and take all of its memory. The machine's own limits are what keeps the two apart.
import { bench, benchMain, pause, progress } from './harness/bench.ts';
import { type Connection, connect, expectStatus } from './harness/connection.ts';
import { importBusybox } from './harness/images.ts';
import { busyboxPod, followPods, podNamespace, podsPath } from './harness/pods.ts';
import { type BenchSite, withSite } from './harness/site.ts';
import { siteProcesses } from './harness/site-processes.ts';
import { rounded, spanFigures } from './harness/statistics.ts';
import { type ProcessRow, sumOf, usageWindow } from './harness/usage-window.ts';
import { type OneClientSpans, oneClientSpans } from './kube-load/one-client.ts';

const HOG_BYTES = 1024 ** 3;
const BURNERS_PER_CPU = 2;

const BURN = ['sh', '-c', 'while :; do :; done'];
/** dd holds a block of that size, and fills it again and again. */
const HOG = ['dd', 'if=/dev/zero', 'of=/dev/null', `bs=${HOG_BYTES}`];

interface Neighbours {
  readonly burners: number;
  readonly hogs: number;
}

/** Starts the neighbours and waits until each has run once; hogs that the kernel kills come back by themselves. */
async function makeNoise(site: BenchSite, connection: Connection): Promise<Neighbours> {
  const { machines } = await site.status();
  const worker = machines.find(({ role }) => role === 'worker') ?? machines[0];
  if (!worker) throw new Error('the site has no machine');
  const burners = Math.max(1, Math.ceil(worker.cpus * BURNERS_PER_CPU));
  const hogs = Math.max(1, Math.ceil(worker.memoryBytes / HOG_BYTES));
  const namespace = await podNamespace(connection, 'bench-noise');
  const follower = await followPods(site.target, namespace);
  try {
    const start = async (name: string, command: readonly string[]): Promise<void> => {
      const body = busyboxPod(name, command);
      await expectStatus(connection.request('POST', podsPath(namespace), { body }), 201);
      await follower.seen(name, 'running');
    };
    for (let i = 0; i < burners; i++) await start(`burner-${i}`, BURN);
    for (let i = 0; i < hogs; i++) await start(`hog-${i}`, HOG);
  } finally {
    follower.close();
  }
  return { burners, hogs };
}

const isNoise = ({ name }: ProcessRow): boolean => name === 'busybox' || name === 'sh' || name === 'dd';

function compared(quiet: readonly number[], noisy: readonly number[]) {
  const [without, withNoise] = [spanFigures(quiet), spanFigures(noisy)];
  const ratio = (a: number | null, b: number | null): number | null => (a && b ? rounded(b / a, 2) : null);
  return {
    without,
    with: withNoise,
    p50_ratio: ratio(without.p50_ms, withNoise.p50_ms),
    p99_ratio: ratio(without.p99_ms, withNoise.p99_ms),
  };
}

export const noisyNeighbour = bench({
  name: 'noisy-neighbour',
  about: 'latency of the API without and with pods that take every processor and all memory of the worker',
  options: {
    n: { default: 1000, means: 'requests of each verb' },
    settle: { default: 10, means: 'seconds of noise before the second measurement' },
    'worker-cpu': { default: '', means: 'as of `holdfast up`' },
    'worker-memory': { default: '', means: 'as of `holdfast up`' },
  },
  slow: true,
  measure: ({ n, settle, ...worker }) => {
    const upArgs = Object.entries(worker).flatMap(([name, value]) => (value === '' ? [] : [`--${name}`, value]));
    return withSite(upArgs, async (site) => {
      await importBusybox(site);
      const connection = connect(site.target, { connections: 1 });
      try {
        const namespace = await podNamespace(connection, 'bench-latency');
        const series = (): Promise<OneClientSpans> => oneClientSpans(connection, namespace, n);
        progress('warming up');
        await series();
        progress('measuring without neighbours');
        const quiet = await series();
        progress('starting the neighbours');
        const neighbours = await makeNoise(site, connection);
        await pause(settle * 1000);
        progress(`measuring with ${neighbours.burners} burners of processors and ${neighbours.hogs} of memory`);
        const windowEnds = usageWindow(await siteProcesses(site));
        const noisy = await series();
        const noise = windowEnds().filter(isNoise);
        return {
          /** Proof that there was noise: what the neighbours that lived through the measurement used. */
          neighbours: {
            ...neighbours,
            cpu_percent: rounded(
              sumOf(noise, (row) => row.cpu_percent),
              0,
            ),
            rss_bytes: sumOf(noise, (row) => row.rss_bytes),
          },
          create: compared(quiet.create, noisy.create),
          get: compared(quiet.get, noisy.get),
        };
      } finally {
        connection.close();
      }
    });
  },
});

if (import.meta.main) await benchMain(noisyNeighbour);
