// Lives one after the other, in a thread of their own.
import { parentPort, workerData } from 'node:worker_threads';
import { runPairSeed } from './pair/run.ts';
import { runSeed } from './run.ts';

export interface Job {
  readonly seed: number;
  readonly every: number;
  /** The first seed that is not run. */
  readonly end: number;
  /** Absent: lives of a pair. */
  readonly years?: number;
}

const { seed, every, end, years } = workerData as Job;
for (let one = seed; one < end; one += every)
  parentPort?.postMessage(years === undefined ? await runPairSeed({ seed: one }) : runSeed({ seed: one, years }));
