// One life of the workload in a process of its own: what it says is taken down, until it is killed.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Acks } from './acks.ts';
import type { Bundle } from './bundle.ts';

/** What keeps the proof from hanging when a workload does not get going. */
const LIFE_MS = 60_000;

export interface Life {
  readonly child: ChildProcess;
  /** Resolves when so many writes were acknowledged in this life. */
  acknowledged(count: number): Promise<void>;
  /** Resolves when so many more than now were. */
  moreAcknowledged(count: number): Promise<void>;
  /** Kills the process and takes all that it said. */
  end(): Promise<void>;
}

export function live(acks: Acks, bundle: Bundle, seed: number, options: object): Life {
  const args = [
    bundle.workload,
    '-',
    `${seed}`,
    '0',
    'forever',
    JSON.stringify({ ...options, worker: bundle.workerUrl.href }),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const waiting: { count: number; resolve: () => void; reject: (error: Error) => void }[] = [];
  let count = 0;
  let rest = '';
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      acks.take(line);
      if (line.startsWith('ack')) count++;
    }
    for (const waiter of waiting) if (count >= waiter.count) waiter.resolve();
  });
  const ended = new Promise<void>((resolve) => void child.once('close', () => resolve()));
  const timer = setTimeout(() => child.kill('SIGKILL'), LIFE_MS);
  void ended.then(() => {
    clearTimeout(timer);
    for (const waiter of waiting) waiter.reject(new Error(`the workload ended after ${count} writes: ${complaint}`));
  });
  const acknowledged = (wanted: number): Promise<void> =>
    new Promise((resolve, reject) => {
      if (count >= wanted) resolve();
      else waiting.push({ count: wanted, resolve, reject });
    });
  return {
    child,
    acknowledged,
    moreAcknowledged: (more) => acknowledged(count + more),
    end: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Waits a random number of turns of the event loop, so that kills fall anywhere between two answers. */
export async function someTurns(turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
}
