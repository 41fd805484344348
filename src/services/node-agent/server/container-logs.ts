// GET /containerLogs/{namespace}/{pod}/{container}: the log of the running container, of the one before it, or as it grows.
// Source: Kubernetes API, core/v1 PodLogOptions.
import type { ObservedContainer } from '#engine/pod';
import { type ReadLogOptions, readLog } from '#platform/container-log';
import type { AnswerStream } from '#platform/http';
import { LOG_PENDING_BYTES_MAX } from '../limits.ts';
import type { PodWorker } from '../pod/pod-worker.ts';
import type { ServerRequest } from './server.ts';

export async function serveContainerLog(request: ServerRequest): Promise<void> {
  const { exchange, parts, pods, context, query } = request;
  const [namespace = '', name = '', containerName = ''] = parts;
  const worker = pods.find(namespace, name);
  const plain = { 'content-type': 'text/plain' };
  if (!worker) return exchange.send(404, plain, `pod "${name}" does not exist`);
  const container = containerOf(worker, containerName, query.get('previous') === 'true');
  if (typeof container === 'string') return exchange.send(400, plain, container);
  const { clock } = context.options;
  const options = logOptions(query, clock.now());
  if (typeof options === 'string') return exchange.send(422, plain, options);
  const file = worker.observer.logPath(container.id) ?? '';
  const leaving = new AbortController();
  const stream = exchange.stream(200, plain);
  stream.onClose(() => leaving.abort());
  const isOver = (): boolean => {
    const now = worker.observed.containers.find((c) => c.id === container.id);
    return !pods.workers.has(worker.pod.metadata?.uid ?? '') || now?.state !== 'running';
  };
  await readLog(file, { ...options, clock, isOver, signal: leaving.signal }, (piece) => {
    stream.write(piece);
    return stream.pendingBytes > LOG_PENDING_BYTES_MAX ? drained(stream, leaving.signal) : undefined;
  });
  // Pieces of one turn go out together after it; an end in the same turn would overtake them.
  await clock.sleep(0);
  stream.end();
}

/** Waits until the reader has taken what is pending, or has left. */
function drained(stream: AnswerStream, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    stream.onDrain(() => resolve());
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The container whose log is meant, or why there is none. */
function containerOf(worker: PodWorker, name: string, previous: boolean): ObservedContainer | string {
  const { pod, observed, status } = worker;
  const spec = pod.spec;
  const known = [...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])];
  if (!known.some((c) => c.name === name)) return `container ${name} is not valid for pod ${pod.metadata?.name}`;
  const history = observed.containers.filter((c) => c.name === name && c.state !== 'created');
  if (previous) {
    const ended = history.filter((c, index) => c.state === 'exited' && (index > 0 || history[0]?.state !== 'exited'));
    const waiting = status.containerStatuses?.find((s) => s.name === name)?.state?.waiting;
    const last = ended[0] ?? (waiting ? history[0] : undefined);
    return last ?? `previous terminated container "${name}" in pod "${pod.metadata?.name}" not found`;
  }
  if (history[0]) return history[0];
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const waiting = all.find((s) => s.name === name)?.state?.waiting;
  const why = waiting?.message ? `${waiting.reason}: ${waiting.message}` : (waiting?.reason ?? 'ContainerCreating');
  const saying: Readonly<Record<string, string>> = {
    ErrImagePull: "image can't be pulled",
    ImagePullBackOff: 'trying and failing to pull image',
    InvalidImageName: 'image name is invalid',
  };
  return `container "${name}" in pod "${pod.metadata?.name}" is waiting to start: ${saying[waiting?.reason ?? ''] ?? why}`;
}

function logOptions(query: URLSearchParams, now: number): Omit<ReadLogOptions, 'clock'> | string {
  const number = (name: string): number | undefined => (query.has(name) ? Number(query.get(name)) : undefined);
  const tailLines = number('tailLines');
  const limitBytes = number('limitBytes');
  const sinceSeconds = number('sinceSeconds');
  const sinceTime = query.get('sinceTime');
  const stream = query.get('stream')?.toLowerCase();
  if (tailLines !== undefined && !(tailLines >= 0)) return 'tailLines: must be greater than or equal to 0';
  if (limitBytes !== undefined && !(limitBytes >= 1)) return 'limitBytes: must be greater than 0';
  if (sinceSeconds !== undefined && !(sinceSeconds >= 1)) return 'sinceSeconds: must be greater than 0';
  const since = sinceTime ? Date.parse(sinceTime) : sinceSeconds === undefined ? undefined : now - sinceSeconds * 1000;
  if (Number.isNaN(since)) return `sinceTime: "${sinceTime}" is not a time`;
  return {
    follow: query.get('follow') === 'true',
    timestamps: query.get('timestamps') === 'true',
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(since === undefined ? {} : { sinceMs: since }),
    ...(stream === 'stdout' || stream === 'stderr' ? { stream } : {}),
  };
}
