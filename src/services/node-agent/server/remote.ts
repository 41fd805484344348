// exec, attach and port-forward: the client's streams on one side, the runtime's streaming server or the pod's port on the other.
import { messageOf } from '#base';
import { newestOf, readySandbox } from '#engine/pod';
import { openConnection } from '#platform/probe';
import {
  acceptPortForward,
  acceptRemoteCommand,
  type CommandStreams,
  openRemoteCommand,
  refuseUpgrade,
  type UpgradeRequest,
} from '#platform/stream';
import type { PodWorker } from '../pod/pod-worker.ts';
import type { ServerRequest } from './server.ts';

const isSet = (value: string | null): boolean => value === '1' || value === 'true';

/** Both names are in use: `input` of old clients of nodes, `stdin` of the API. */
function streamsOf(query: URLSearchParams): CommandStreams {
  const any = (...names: string[]): boolean => names.some((name) => isSet(query.get(name)));
  return {
    tty: any('tty'),
    stdin: any('stdin', 'input'),
    stdout: any('stdout', 'output'),
    stderr: any('stderr', 'error'),
  };
}

function runningContainer(request: ServerRequest, upgrade: UpgradeRequest): string {
  const [namespace = '', name = '', ...rest] = request.parts;
  const containerName = rest.at(-1) ?? '';
  const worker = request.pods.find(namespace, name);
  const seen = worker && newestOf(worker.observed, containerName);
  if (seen?.state !== 'running') return refuseUpgrade(upgrade.socket, 400, `container not found ("${containerName}")`);
  return seen.id;
}

export async function serveExec(request: ServerRequest, upgrade: UpgradeRequest): Promise<void> {
  const containerId = runningContainer(request, upgrade);
  const streams = streamsOf(request.query);
  const command = request.query.getAll('command');
  const url = await request.context.cri.execUrl({
    containerId,
    command,
    ...streams,
    stderr: streams.stderr && !streams.tty,
  });
  await relay(url, streams, request, upgrade);
}

export async function serveAttach(request: ServerRequest, upgrade: UpgradeRequest): Promise<void> {
  const containerId = runningContainer(request, upgrade);
  const asked = streamsOf(request.query);
  const [namespace = '', name = '', containerName = ''] = request.parts;
  const spec = request.pods.find(namespace, name)?.pod.spec;
  const all = [...(spec?.containers ?? []), ...(spec?.initContainers ?? []), ...(spec?.ephemeralContainers ?? [])];
  // What a container has been made with counts, not what the client hopes for.
  const tty = all.find((container) => container.name === containerName)?.tty ?? false;
  const streams = { ...asked, tty, stderr: asked.stderr && !tty };
  await relay(await request.context.cri.attachUrl({ containerId, ...streams }), streams, request, upgrade);
}

async function relay(
  url: string,
  streams: CommandStreams,
  request: ServerRequest,
  upgrade: UpgradeRequest,
): Promise<void> {
  const { clock } = request.context.options;
  const near = await acceptRemoteCommand(upgrade, streams, { clock });
  try {
    const far = await openRemoteCommand(url, streams, { clock });
    near.onResize((size) => far.resize(size));
    void near.closed.then(() => far.destroy());
    if (near.stdin && far.stdin) pipe(near.stdin, far.stdin);
    const outputs = [far.stdout && copied(far.stdout, near.stdout), far.stderr && copied(far.stderr, near.stderr)];
    const result = await far.result;
    await Promise.all(outputs);
    await near.finish(result);
  } catch (error) {
    await near.finish({ error: messageOf(error) });
  }
}

type Source = NodeJS.ReadableStream;
type Sink = NodeJS.WritableStream;

function pipe(from: Source, to: Sink): void {
  from.on('error', () => to.end());
  to.on('error', () => from.unpipe(to));
  from.pipe(to);
}

/** Copies without ending the target; resolves when the source has ended or broken. */
function copied(from: Source, to: Sink): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => resolve();
    from.once('end', done);
    from.once('close', done);
    from.once('error', done);
    to.once('error', done);
    from.pipe(to, { end: false });
  });
}

function addressOf(worker: PodWorker | undefined, nodeAddress: string): string | undefined {
  if (!worker) return undefined;
  const sandbox = readySandbox(worker.observed);
  if (!sandbox) return undefined;
  return worker.pod.spec?.hostNetwork ? nodeAddress : sandbox.ips[0];
}

/** Connects to the pod's address from the node's own network; programs that listen on localhost only are not reached. */
export async function servePortForward(request: ServerRequest, upgrade: UpgradeRequest): Promise<void> {
  const [namespace = '', name = ''] = request.parts;
  const { address, clock } = request.context.options;
  const host = addressOf(request.pods.find(namespace, name), address);
  if (!host) refuseUpgrade(upgrade.socket, 400, `pod ${name} has no running sandbox`);
  const forward = await acceptPortForward(
    upgrade,
    ({ port, data, fail }) => {
      const socket = openConnection({ host, port });
      let connected = false;
      socket.on('connect', () => {
        connected = true;
      });
      socket.on('error', (error) => {
        if (!connected) fail(`error forwarding port ${port} to pod ${name}: ${messageOf(error)}`);
        else data.destroy();
      });
      data.on('error', () => socket.destroy());
      data.on('close', () => socket.destroy());
      data.pipe(socket).pipe(data);
    },
    { clock },
  );
  await forward.closed;
}
