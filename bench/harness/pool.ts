// A fixed number of workers that take jobs off one count, as many open connections as workers.
import { type Connection, connect, type Protocol } from './connection.ts';
import type { Target } from './kubeconfig.ts';
import { rounded, type SpanFigures, spanFigures, timed } from './statistics.ts';

export interface PoolFigures extends SpanFigures {
  readonly seconds: number;
  readonly per_s: number;
}

export async function pooled(
  target: Target,
  of: { concurrency: number; jobs: number; protocol?: Protocol },
  job: (connection: Connection, index: number) => Promise<unknown>,
): Promise<PoolFigures> {
  const connection = connect(target, { connections: of.concurrency, protocol: of.protocol });
  const spansMs: number[] = [];
  const startMs = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < of.jobs) {
      const index = next++;
      await timed(spansMs, () => job(connection, index));
    }
  };
  try {
    await Promise.all(Array.from({ length: of.concurrency }, worker));
  } finally {
    connection.close();
  }
  const seconds = (performance.now() - startMs) / 1000;
  return { seconds: rounded(seconds), per_s: rounded(of.jobs / seconds, 1), ...spanFigures(spansMs) };
}
