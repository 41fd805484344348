// npm run sim -- [--pair] [--seed N] [--years Y] [--runs K]: K lives from seed N on, spread over the processors: of a site over years, or of
// a pair over a bad minute. A life that fails prints its seed, the true time, the checker that objects and what came before, and the
// command ends with 1.
import os from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { Failure, Outcome } from './run.ts';
import type { Job } from './sim.worker.ts';

const FAILURES_SHOWN = 5;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    years: { type: 'string', default: '5' },
    runs: { type: 'string', default: '1' },
    pair: { type: 'boolean', default: false },
  },
});
const [seed, years, runs] = [Number(values.seed), Number(values.years), Number(values.runs)];
if (!Number.isSafeInteger(seed) || !(years > 0.1) || !(Number.isSafeInteger(runs) && runs > 0)) {
  console.error('usage: npm run sim -- [--pair] [--seed N] [--years Y, more than 0.1] [--runs K]');
  process.exit(2);
}

function runOn(job: Job, seen: (outcome: Outcome) => void): Promise<void> {
  const worker = new Worker(new URL('./sim.worker.ts', import.meta.url), { workerData: job });
  return new Promise((resolve, reject) => {
    worker.on('message', seen);
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
}

const failures: Failure[] = [];
const sums: Record<string, number> = {};
let steps = 0;
const began = Date.now();
const of = values.pair ? 'a pair' : `${years} years`;
console.log(`seed ${seed}, ${runs} ${runs === 1 ? 'life' : 'lives'} of ${of}`);
const threads = Math.min(runs, os.availableParallelism());
await Promise.all(
  Array.from({ length: threads }, (_, first) => {
    const job = { seed: seed + first, every: threads, end: seed + runs, ...(!values.pair && { years }) };
    return runOn(job, ({ failure, observations, steps: more }) => {
      steps += more;
      for (const [kind, count] of Object.entries(observations)) sums[kind] = (sums[kind] ?? 0) + count;
      if (failure) failures.push(failure);
    });
  }),
);
for (const { seed: failed, at, checker, problem, trace } of failures.slice(0, FAILURES_SHOWN))
  console.error(`\n${trace.join('\n')}\nseed ${failed}, at ${at}, ${checker}: ${problem}`);
console.log(JSON.stringify({ steps, ...sums }));
console.log(`${runs - failures.length} of ${runs} well, ${((Date.now() - began) / 1000).toFixed(1)} s`);
if (failures.length > 0) {
  console.error(`failed: ${failures.map((failure) => `${failure.seed} (${failure.checker})`).join(', ')}`);
  process.exitCode = 1;
}
