// A real etcd of one member on free ports in a folder of its own, for tests.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { WorldError } from '#base';
import { testFolder } from '#platform/process';
import { EtcdClient } from './client.ts';

export interface EtcdServer {
  readonly endpoint: string;
  readonly folder: string;
  /** Ends the process as a power cut of the process would, and starts it again on the same folder. */
  crash(): Promise<void>;
  /** Stops the process where it stands (resolves when its last thread does), and lets it go on. */
  pause(): Promise<void>;
  resume(): void;
  stop(): Promise<void>;
}

const READY_MS = 30_000;
/** Nobody else votes: the one member elects itself as soon as its time-out has passed, and serves nothing until then. */
const TICKS = ['--heartbeat-interval', '10', '--election-timeout', '100'];

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = net.createServer();
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => void server.close(resolve))));
  return ports;
}

async function untilReady(endpoint: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + READY_MS;
  for (;;) {
    const client = new EtcdClient({ endpoints: [endpoint], timeoutMs: 500 });
    try {
      // Linearizable, so that it waits for a leader.
      await client.range({ key: Buffer.from('ready') });
      return;
    } catch (cause) {
      if (child.exitCode !== null || performance.now() > deadline)
        throw new WorldError('Unavailable', 'etcd did not start', {
          attempted: 'start etcd',
          subject: endpoint,
          cause,
        });
    } finally {
      client.close();
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => void child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

/** A stop signal reaches thread after thread; one that still runs may still answer. */
function threadsStopped(pid: number | undefined): boolean {
  const tasks = `/proc/${pid}/task`;
  return fs.readdirSync(tasks).every((thread) => {
    const stat = fs.readFileSync(`${tasks}/${thread}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
  });
}

/** WorldError `NotFound` names the package when etcd is not installed. */
export async function startEtcd(more: readonly string[] = []): Promise<EtcdServer> {
  const folder = testFolder('etcd');
  const [port, peer] = await freePorts(2);
  const endpoint = `127.0.0.1:${port}`;
  const args = [
    ...['--name', 'one', '--data-dir', path.join(folder, 'data'), '--logger', 'zap', '--log-level', 'error'],
    ...['--listen-client-urls', `http://${endpoint}`, '--advertise-client-urls', `http://${endpoint}`],
    ...['--listen-peer-urls', `http://127.0.0.1:${peer}`, '--initial-advertise-peer-urls', `http://127.0.0.1:${peer}`],
    ...['--initial-cluster', `one=http://127.0.0.1:${peer}`, ...TICKS],
    ...more,
  ];
  const start = async (): Promise<ChildProcess> => {
    const child = spawn('etcd', args, { stdio: 'ignore' });
    const failed = new Promise<never>((_, reject) =>
      child.once('error', (cause) =>
        reject(new WorldError('NotFound', 'etcd is missing; install it: apt-get install etcd-server', { cause })),
      ),
    );
    await Promise.race([untilReady(endpoint, child), failed]);
    return child;
  };
  let child = await start();
  return {
    endpoint,
    folder,
    crash: async () => {
      await kill(child);
      child = await start();
    },
    pause: async () => {
      child.kill('SIGSTOP');
      while (!threadsStopped(child.pid)) await new Promise((resolve) => setTimeout(resolve, 1));
    },
    resume: () => void child.kill('SIGCONT'),
    stop: async () => {
      await kill(child);
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}
