// One etcd process of a test: started until it answers, killed, paused, let go on.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import { WorldError } from '#base';
import { EtcdClient } from './client.ts';
import type { EtcdOptions } from './contract.ts';

const READY_MS = 30_000;
export async function freePorts(count: number): Promise<number[]> {
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

interface EtcdProcessOptions {
  readonly endpoint: string;
  readonly args: readonly string[];
  readonly tls?: EtcdOptions['tls'];
}

async function untilReady({ endpoint, tls }: EtcdProcessOptions, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + READY_MS;
  for (;;) {
    const client = new EtcdClient({ endpoints: [endpoint], timeoutMs: 500, ...(tls && { tls }) });
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

export class EtcdProcess {
  readonly #of: EtcdProcessOptions;
  #child: ChildProcess | undefined;

  constructor(of: EtcdProcessOptions) {
    this.#of = of;
  }

  get endpoint(): string {
    return this.#of.endpoint;
  }

  /** Resolves when it answers, which takes a majority. WorldError `NotFound` names the package when etcd is not installed. */
  async start(): Promise<void> {
    const child = spawn('etcd', this.#of.args, { stdio: 'ignore' });
    this.#child = child;
    const failed = new Promise<never>((_, reject) =>
      child.once('error', (cause) =>
        reject(new WorldError('NotFound', 'etcd is missing; install it: apt-get install etcd-server', { cause })),
      ),
    );
    await Promise.race([untilReady(this.#of, child), failed]);
  }

  /** In order: a leader hands over first. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => void child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** As a power cut of the process would end it. */
  async kill(): Promise<void> {
    if (this.#child) await kill(this.#child);
  }

  /** Stops it where it stands; resolves when its last thread does. */
  async pause(): Promise<void> {
    this.#child?.kill('SIGSTOP');
    while (!threadsStopped(this.#child?.pid)) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }
}
