// The table of pods. Its STATUS is no field of the API: it is read from phase, conditions and the states of containers.
// Source: the output of kubectl get pods; KEP-753 for sidecars.
import type { ContainerStatus, Pod } from '../generated/kinds.ts';
import { columnsFor, type KindTable, type RowCondition } from './column.ts';
import { sinceText } from './duration.ts';

interface PodSummary {
  readonly ready: string;
  readonly status: string;
  readonly restarts: string;
}

/** Restarts, and when the last of them ended. */
interface Restarts {
  count: number;
  last: string;
}

function addRestarts(restarts: Restarts, status: ContainerStatus): void {
  restarts.count += status.restartCount;
  const finished = status.lastState?.terminated?.finishedAt ?? '';
  if (finished > restarts.last) restarts.last = finished;
}

function exitText(terminated: { signal?: number; exitCode: number }): string {
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`;
}

function conditionIsTrue(pod: Pod, type: string): boolean {
  return pod.status?.conditions?.find((c) => c.type === type)?.status === 'True';
}

/** What the init containers say; `word` is set while they are not through. */
function readInitContainers(pod: Pod): {
  word?: string;
  all: Restarts;
  sidecars: Restarts;
  ready: number;
  sidecarCount: number;
} {
  const specs = pod.spec?.initContainers ?? [];
  const names = new Set(specs.filter((c) => c.restartPolicy === 'Always').map((c) => c.name));
  const all: Restarts = { count: 0, last: '' };
  const sidecars: Restarts = { count: 0, last: '' };
  let ready = 0;
  const through = (word?: string) => ({ ...(word ? { word } : {}), all, sidecars, ready, sidecarCount: names.size });
  for (const [i, status] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const isSidecar = names.has(status.name);
    addRestarts(all, status);
    if (isSidecar) addRestarts(sidecars, status);
    const { terminated, waiting } = status.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (isSidecar && status.started) {
      if (status.ready) ready++;
      continue;
    }
    if (terminated) return through(`Init:${terminated.reason || exitText(terminated)}`);
    if (waiting?.reason && waiting.reason !== 'PodInitializing') return through(`Init:${waiting.reason}`);
    return through(`Init:${i}/${specs.length}`);
  }
  return through();
}

/** What the containers say: the word of the first that has one, and how many are ready. */
function readContainers(pod: Pod, restarts: Restarts): { word?: string; ready: number } {
  let word: string | undefined;
  let ready = 0;
  for (const status of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    addRestarts(restarts, status);
    const { terminated, waiting, running } = status.state ?? {};
    if (waiting?.reason) word = waiting.reason;
    else if (terminated) word = terminated.reason || exitText(terminated);
    else if (status.ready && running) ready++;
  }
  return { ...(word ? { word } : {}), ready };
}

function summaryOf(pod: Pod, now: number): PodSummary {
  const { phase = '', reason, conditions = [] } = pod.status ?? {};
  let status = reason || phase;
  if (conditions.some((c) => c.type === 'PodScheduled' && c.reason === 'SchedulingGated')) status = 'SchedulingGated';
  const init = readInitContainers(pod);
  status = init.word ?? status;
  let restarts = init.all;
  let ready = init.ready;
  if (!init.word || conditionIsTrue(pod, 'Initialized')) {
    restarts = init.sidecars;
    const containers = readContainers(pod, restarts);
    ready += containers.ready;
    status = containers.word ?? status;
    if (status === 'Completed' && containers.ready > 0) status = conditionIsTrue(pod, 'Ready') ? 'Running' : 'NotReady';
  }
  if (pod.metadata?.deletionTimestamp) {
    if (reason === 'NodeLost') status = 'Unknown';
    else if (phase !== 'Succeeded' && phase !== 'Failed') status = 'Terminating';
  }
  const total = (pod.spec?.containers?.length ?? 0) + init.sidecarCount;
  const ago = restarts.count > 0 && restarts.last ? ` (${sinceText(restarts.last, now)} ago)` : '';
  return { ready: `${ready}/${total}`, status, restarts: `${restarts.count}${ago}` };
}

function readinessGates(pod: Pod): string {
  const gates = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  return `${gates.filter((gate) => conditionIsTrue(pod, gate.conditionType)).length}/${gates.length}`;
}

const SUCCEEDED: readonly RowCondition[] = [
  { type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' },
];
const FAILED: readonly RowCondition[] = [
  { type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' },
];

export function podTable(): KindTable<Pod, PodSummary> {
  const c = columnsFor<Pod, PodSummary>();
  return {
    summary: summaryOf,
    conditions: ({ status }) =>
      status?.phase === 'Succeeded' ? SUCCEEDED : status?.phase === 'Failed' ? FAILED : undefined,
    columns: [
      c.name(),
      c.text('Ready', (_pod, _now, s) => s.ready),
      c.text('Status', (_pod, _now, s) => s.status),
      c.text('Restarts', (_pod, _now, s) => s.restarts),
      c.age(),
      c.wide('IP', (pod) => pod.status?.podIPs?.[0]?.ip || pod.status?.podIP || '<none>'),
      c.wide('Node', (pod) => pod.spec?.nodeName || '<none>'),
      c.wide('Nominated Node', (pod) => pod.status?.nominatedNodeName || '<none>'),
      c.wide('Readiness Gates', readinessGates),
    ],
  };
}
