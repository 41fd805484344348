// A real etcd of one member on free ports in a folder of its own, for tests.
import fs from 'node:fs';
import path from 'node:path';
import { testFolder } from '#platform/process';
import { EtcdProcess, freePorts } from './etcd-process.fake.ts';

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

/** Nobody else votes: the one member elects itself as soon as its time-out has passed, and serves nothing until then. */
const TICKS = ['--heartbeat-interval', '10', '--election-timeout', '100'];

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
  const process = new EtcdProcess({ endpoint, args });
  await process.start();
  return {
    endpoint,
    folder,
    crash: async () => {
      await process.kill();
      await process.start();
    },
    pause: () => process.pause(),
    resume: () => process.resume(),
    stop: async () => {
      await process.kill();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}
