// A server for tests that looks to kubectl like an API server with one pod, and runs commands as local child processes.
import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { acceptPortForward } from './port-forward.ts';
import { acceptRemoteCommand, type RemoteCommand } from './remote-command.ts';

export interface StreamFixture {
  readonly url: string;
  /** Protocols of the commands so far, and the terminal sizes that they were told. */
  readonly protocols: readonly string[];
  readonly sizes: readonly { readonly width: number; readonly height: number }[];
  stop(): Promise<void>;
}

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default', uid: '1' },
  spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }] }] },
  status: { phase: 'Running' },
};
const RESOURCES = {
  kind: 'APIResourceList',
  groupVersion: 'v1',
  resources: [
    { name: 'pods', singularName: 'pod', namespaced: true, kind: 'Pod', verbs: ['get', 'list'] },
    { name: 'pods/exec', singularName: '', namespaced: true, kind: 'PodExecOptions', verbs: ['create', 'get'] },
  ],
};

function answer(req: IncomingMessage, res: ServerResponse): void {
  const path = new URL(req.url ?? '', 'http://x').pathname;
  const body =
    path === '/api'
      ? { kind: 'APIVersions', versions: ['v1'] }
      : path === '/apis'
        ? { kind: 'APIGroupList', apiVersion: 'v1', groups: [] }
        : path === '/api/v1'
          ? RESOURCES
          : path.endsWith('/pods/p')
            ? POD
            : undefined;
  res.writeHead(body ? 200 : 404, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404 }));
}

function run(command: RemoteCommand, argv: readonly string[], sizes: { width: number; height: number }[]): void {
  const child = spawn(argv[0] ?? 'false', argv.slice(1), { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined);
  if (command.stdin) command.stdin.pipe(child.stdin);
  else child.stdin.end();
  child.stdout.pipe(command.stdout);
  child.stderr.pipe(command.stderr);
  command.onResize((size) => sizes.push(size));
  void command.closed.then(() => child.kill('SIGKILL'));
  let failure: string | undefined;
  child.on('error', (error) => {
    failure = error.message;
  });
  child.on('close', (code, signal) => {
    const error = failure ?? signal;
    void command.finish(error ? { error } : { exitCode: code ?? 0 });
  });
}

/** Starts the server on a free port. Port-forwarded connections go to `forwardTo` on this machine. */
export async function streamFixture(options: { readonly forwardTo?: number } = {}): Promise<StreamFixture> {
  const protocols: string[] = [];
  const sizes: { width: number; height: number }[] = [];
  const sockets = new Set<Duplex>();
  const accepted: { destroy(): void }[] = [];
  const server = createServer(answer);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (req, socket, head) => {
    const { pathname, searchParams } = new URL(req.url ?? '', 'http://x');
    const has = (name: string): boolean => searchParams.get(name) === 'true';
    const upgrade = { req, socket, head };
    const streams = { tty: has('tty'), stdin: has('stdin'), stdout: has('stdout'), stderr: has('stderr') };
    if (pathname.endsWith('/exec'))
      acceptRemoteCommand(upgrade, streams).then(
        (command) => {
          accepted.push(command);
          protocols.push(command.protocol);
          run(command, searchParams.getAll('command'), sizes);
        },
        () => undefined,
      );
    else
      acceptPortForward(upgrade, ({ data, fail }) => {
        const target = connect({ host: '127.0.0.1', port: options.forwardTo ?? 1 });
        target.on('error', (error) => fail(error.message));
        target.once('connect', () => data.pipe(target).pipe(data));
        data.once('close', () => target.destroy());
      }).then(
        (forward) => accepted.push(forward),
        () => undefined,
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    protocols,
    sizes,
    async stop() {
      for (const connection of accepted) connection.destroy();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
