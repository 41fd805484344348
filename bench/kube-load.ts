// Load on any Kubernetes API server: one client's verbs, many clients', lists, watch fan-out, scheduling. Speaks plain HTTP
// from Node.js alone, so that what it costs is the same whichever server it is pointed at; without a kubeconfig it brings up
// a site of its own.
import { bench, benchMain, progress } from './harness/bench.ts';
import { expectJson } from './harness/connection.ts';
import { readKubeconfig, type Target } from './harness/kubeconfig.ts';
import { type OptionsOf, UsageError } from './harness/options.ts';
import { withSite } from './harness/site.ts';
import { type LoadRun, withLoadRun } from './kube-load/load-run.ts';
import { concurrentPhase, listPhase } from './kube-load/many-clients.ts';
import { oneClientPhase } from './kube-load/one-client.ts';
import { schedulingPhase } from './kube-load/scheduling.ts';
import { watchPhase } from './kube-load/watch-fan-out.ts';

const PHASES = ['create', 'concurrent', 'list', 'watch', 'sched'];

const OPTIONS = {
  kubeconfig: { default: '', means: 'of the server to load; without it, a site is brought up for this' },
  only: { default: PHASES.join(','), means: 'phases to run' },
  n: { default: 500, means: 'requests of each verb by one client' },
  conc: { default: 16, means: 'connections in the concurrent phases' },
  total: { default: 5000, means: 'creates in the concurrent phase' },
  list: { default: 5000, means: 'objects that must be there for the lists' },
  watchers: { default: 50, means: 'watch streams' },
  events: { default: 200, means: 'events for each of them' },
  pods: { default: 1000, means: 'pods to be scheduled' },
  nodes: { default: 20, means: 'nodes without an agent for them' },
  proto: { default: 'h1', means: 'h1 (HTTP/1.1, connections kept) or h2' },
} as const;

type Options = OptionsOf<typeof OPTIONS>;

async function phases(run: LoadRun, wanted: ReadonlySet<string>): Promise<void> {
  const { gitVersion } = await expectJson<{ gitVersion: string }>(run.connection.request('GET', '/version'), 200);
  run.figure('version', gitVersion);
  if (wanted.has('create')) await oneClientPhase(run);
  if (wanted.has('concurrent') || wanted.has('list')) {
    const namespace = await concurrentPhase(run);
    if (wanted.has('list')) await listPhase(run, namespace);
  }
  if (wanted.has('watch')) await watchPhase(run);
  if (wanted.has('sched')) await schedulingPhase(run);
}

async function measure(options: Options): Promise<Record<string, unknown>> {
  const wanted = new Set(options.only.split(','));
  const unknown = [...wanted].filter((phase) => !PHASES.includes(phase));
  if (unknown.length > 0) throw new UsageError(`no phase ${unknown.join(', ')}; there are: ${PHASES.join(', ')}`);
  const protocol = options.proto;
  if (protocol !== 'h1' && protocol !== 'h2') throw new UsageError(`--proto must be h1 or h2, not ${protocol}`);
  const load = (target: Target) => {
    progress(`loading ${target.server.origin}`);
    return withLoadRun({ target, protocol, sizes: options }, (run) => phases(run, wanted));
  };
  if (options.kubeconfig !== '') return load(readKubeconfig(options.kubeconfig));
  return withSite([], (site) => load(site.target));
}

export const kubeLoad = bench({
  name: 'kube-load',
  about: 'latency and throughput of the Kubernetes API: one client, many, lists, watch fan-out, scheduling',
  options: OPTIONS,
  slow: false,
  measure,
});

if (import.meta.main) await benchMain(kubeLoad);
