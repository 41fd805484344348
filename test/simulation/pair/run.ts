// One life of a simulated pair: it starts, suffers what was drawn for it, is mended, and must be whole again within a bound. Everything
// that is seen goes to the checkers; the first that objects ends the life, with the trace of what came before.
import { seededRandom } from '#base';
import type { Failure, Outcome } from '../run.ts';
import { CHECKERS, type PairChecker } from './checkers/checkers.ts';
import { People } from './clients.ts';
import { FAULTS, planFaults } from './faults.ts';
import { Pair } from './pair.ts';
import { type Observation, VOTERS } from './world.ts';

const STARTS_WITHIN_MS = 60_000;
/** A node that was lost often is let in after ten minutes; the rest takes less than two. */
const WHOLE_WITHIN_MS = 720_000;
/** What people do when all is well again shows what is left. */
const AFTERWARDS_MS = 3_000;
/** After the last fault began, what is not mended by itself is. */
const LASTS_MS = { least: 2_000, most: 30_000 } as const;
const LOOK_MS = 200;
const TRACE_LINES = 60;
const TOLD: ReadonlySet<Observation['kind']> = new Set(['fault', 'mended', 'told', 'killed', 'started', 'restarted']);

class Violation extends Error {
  readonly checker: string;
  constructor(checker: string, problem: string) {
    super(problem);
    this.checker = checker;
  }
}

export interface PairOptions {
  readonly seed: number;
  /** Only these faults; absent: any. */
  readonly faults?: readonly string[];
}

class Life {
  readonly counts: Record<string, number> = {};
  readonly trace: string[] = [];
  readonly pair: Pair;
  readonly #seed: number;
  readonly #faults: readonly string[] | undefined;
  readonly #checkers: readonly PairChecker[];
  #violation: Violation | undefined;
  #mendedMs: number | undefined;

  constructor({ seed, faults }: PairOptions) {
    this.#seed = seed;
    this.#faults = faults;
    this.pair = new Pair(seededRandom(seed), (observation) => this.#see(observation));
    this.#checkers = CHECKERS.map((make) => make(this.pair));
  }

  get violation(): Violation | undefined {
    return this.#violation;
  }

  async live(): Promise<void> {
    const { pair } = this;
    const people = new People(pair);
    await this.#untilWhole(STARTS_WITHIN_MS, 'it does not start');
    const mends: (() => void)[] = [];
    for (const { name, seed, afterMs, forMs } of planFaults(seededRandom(this.#seed ^ 0x5eed), this.#faults)) {
      await this.#run(afterMs);
      const { text, mend, leastMs = 0 } = FAULTS[name]?.(pair, seededRandom(seed)) ?? { text: '' };
      this.counts[name] = (this.counts[name] ?? 0) + 1;
      this.#see({ kind: 'fault', text: `${name}: ${text}` });
      if (mend === undefined) continue;
      const once = (): void => {
        if (!mends.includes(once)) return;
        mends.splice(mends.indexOf(once), 1);
        this.#see({ kind: 'fault', text: `mended: ${name}: ${text}` });
        mend();
      };
      mends.push(once);
      pair.timeline.after(Math.max(forMs, leastMs), once);
    }
    await this.#run(LASTS_MS.least + seededRandom(this.#seed).next() * (LASTS_MS.most - LASTS_MS.least));
    for (const mend of [...mends]) mend();
    for (const name of VOTERS) if (!pair.machineOf(name).powered) pair.boot(name);
    this.#see({ kind: 'mended' });
    this.#mendedMs = pair.timeline.nowMs;
    await this.#untilWhole(WHOLE_WITHIN_MS, 'it is not whole again');
    this.counts.wholeAfterMs = Math.round(pair.timeline.nowMs - this.#mendedMs);
    const { answered } = people;
    await this.#run(AFTERWARDS_MS);
    if (people.answered === answered) this.#object('whole', 'nobody is answered');
    for (const checker of this.#checkers) this.#object(checker.name, checker.end?.());
  }

  async #untilWhole(withinMs: number, problem: string): Promise<void> {
    const { pair } = this;
    const deadlineMs = pair.timeline.nowMs + withinMs;
    while (!this.#violation && !pair.isWhole) {
      if (pair.timeline.nowMs > deadlineMs) return this.#object('whole', problem);
      for (const name of this.#mendedMs === undefined ? [] : VOTERS) if (!pair.machineOf(name).powered) pair.boot(name);
      await this.#run(LOOK_MS);
    }
  }

  async #run(ms: number): Promise<void> {
    const { timeline } = this.pair;
    if (this.#violation) return;
    await timeline.runUntil(timeline.nowMs + ms, () => {
      this.#see({ kind: 'step' });
      return this.#violation === undefined;
    });
  }

  #see(observation: Observation): void {
    const { kind } = observation;
    if (kind !== 'step') this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    if (kind === 'told') this.#count(observation.text);
    if (TOLD.has(kind)) this.trace.push(`${Math.round(this.pair.timeline.nowMs)} ${JSON.stringify(observation)}`);
    for (const checker of this.#checkers ?? []) this.#object(checker.name, checker.saw(observation));
  }

  /** How often anything became what it can become. */
  #count(text: string): void {
    const [, to] = /-> (\w+):/.exec(text) ?? [];
    if (to !== undefined) this.counts[`became ${to}`] = (this.counts[`became ${to}`] ?? 0) + 1;
  }

  #object(checker: string, problem: string | undefined): void {
    if (problem !== undefined) this.#violation ??= new Violation(checker, problem);
  }

  fail(error: unknown): void {
    this.#violation ??= new Violation('crash', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

export async function runPairSeed(options: PairOptions): Promise<Outcome> {
  const life = new Life(options);
  const crashed = (error: unknown): void => life.fail(error);
  process.on('unhandledRejection', crashed);
  try {
    await life.live();
  } catch (error) {
    life.fail(error);
  } finally {
    process.off('unhandledRejection', crashed);
  }
  const { violation, counts, pair } = life;
  const { steps, nowMs } = pair.timeline;
  const observations = { ...counts, lifeMs: Math.round(nowMs), elections: pair.quorum.elections };
  if (!violation) return { steps, observations, failure: undefined };
  const { checker, message: problem } = violation;
  const failure: Failure = {
    seed: options.seed,
    at: `${Math.round(nowMs)} ms`,
    checker,
    problem,
    trace: life.trace.slice(-TRACE_LINES),
  };
  return { steps, observations, failure };
}
