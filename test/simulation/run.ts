// One life of a simulated site: faults, what is due, and at least a look every six hours, in the order of the true time. Everything that
// is seen goes to the checkers; the first that objects ends the run, with the trace of what came before.
import { type Random, seededRandom } from '#base';
import { CHECKERS, type Checker } from './checkers/checkers.ts';
import { Agent } from './cluster.ts';
import { Disk } from './disk.ts';
import { type Fault, planFaults, type Scheduled } from './faults.ts';
import { Hub } from './hub.ts';
import { Journal } from './journal.ts';
import { Machine } from './machine.ts';
import { PRODUCTION, type Rules } from './rules.ts';
import { type Outside, Site } from './site.ts';
import { TimeServers } from './time-servers.ts';
import { DAY_MS, HOUR_MS, type Observation, type Shared, spread, YEAR_MS } from './world.ts';

export const START_MS = Date.UTC(2026, 10, 25, 12);
/** Quiet stretches are looked at this often: as seldom as the ratchet is written. */
const STRETCH_MS = 6 * HOUR_MS;
const TRACE_LINES = 40;
/** So many of them that the trace would hold nothing else. */
const UNTOLD: ReadonlySet<Observation['kind']> = new Set([
  'step',
  'sampled',
  'took',
  'contact',
  'acknowledged',
  'refused',
  'cron',
  'system-set',
  'dialled',
  'recorded',
  'kept',
]);

export interface RunOptions {
  readonly seed: number;
  readonly years: number;
  readonly rules?: Rules;
}

export interface Failure {
  readonly seed: number;
  /** True time, RFC 3339. */
  readonly at: string;
  readonly checker: string;
  readonly problem: string;
  readonly trace: readonly string[];
}

export interface Outcome {
  readonly steps: number;
  readonly observations: Readonly<Record<string, number>>;
  readonly failure: Failure | undefined;
}

class Violation extends Error {
  readonly checker: string;
  constructor(checker: string, problem: string) {
    super(problem);
    this.checker = checker;
  }
}

/** What checkers may look at. */
export interface Life {
  readonly shared: Shared;
  readonly site: Site;
  readonly hub: Hub;
  readonly journal: Journal;
  readonly agent: Agent;
  readonly outside: Readonly<Pick<Outside, 'linkIsUp' | 'loss'>>;
}

class Run implements Life {
  readonly shared: Shared;
  readonly site: Site;
  readonly hub: Hub;
  readonly journal: Journal;
  readonly agent = new Agent();
  readonly counts: Record<string, number> = {};
  readonly #trace: { readonly atMs: number; readonly observation: Observation }[] = [];
  readonly #checkers: readonly Checker[];
  readonly #servers: TimeServers;
  readonly #schedule: Scheduled[];
  readonly #random: Random;
  readonly #endMs: number;
  readonly outside: Outside;
  #steps = 0;

  constructor({ seed, years, rules = PRODUCTION }: RunOptions) {
    this.#random = seededRandom(seed);
    this.#endMs = START_MS + years * YEAR_MS;
    // Faults do not depend on what is done about them: a mutation meets the same life.
    this.#schedule = planFaults(seededRandom(seed ^ 0x5eed), START_MS, years);
    const drift = (this.#random.next() * 2 - 1) * 100e-6;
    this.shared = {
      nowMs: START_MS,
      wallet: [],
      setsSystemClock: this.#random.next() < 0.4,
      random: this.#random,
      rules,
      machine: new Machine(drift, START_MS),
      disk: new Disk(),
      see: (observation) => this.#see(observation),
    };
    this.hub = new Hub(this.shared);
    this.journal = new Journal(this.shared);
    this.#servers = new TimeServers(this.shared);
    this.outside = {
      hub: this.hub,
      journal: this.journal,
      agent: this.agent,
      loss: 0.01,
      linkIsUp: true,
      timeServers: () => this.#servers.answers(this.outside.linkIsUp),
      asked: () => this.#asked(),
    };
    this.site = new Site(this.shared, this.outside);
    this.#checkers = CHECKERS.map((make) => make(this));
  }

  run(): Outcome & { readonly violation: Violation | undefined } {
    let violation: Violation | undefined;
    try {
      while (this.shared.nowMs < this.#endMs) this.#step();
      for (const checker of this.#checkers) this.#object(checker, checker.end?.());
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      violation = error;
    }
    return { steps: this.#steps, observations: this.counts, failure: undefined, violation };
  }

  get trace(): readonly string[] {
    return this.#trace.map(({ atMs, observation }) => `${new Date(atMs).toISOString()} ${JSON.stringify(observation)}`);
  }

  #step(): void {
    this.#steps++;
    const { shared } = this;
    const faultMs = this.#schedule[0]?.atMs ?? Number.POSITIVE_INFINITY;
    const nextMs = Math.min(faultMs, this.site.dueMs(), shared.nowMs + STRETCH_MS, this.#endMs);
    shared.nowMs = Math.max(shared.nowMs, Math.round(nextMs));
    this.site.catchUp();
    while ((this.#schedule[0]?.atMs ?? Number.POSITIVE_INFINITY) <= shared.nowMs) {
      const next = this.#schedule.shift();
      if (!next) break;
      this.#see({ kind: 'fault', text: JSON.stringify(next.fault) });
      this.#suffer(next.fault);
    }
    this.site.work();
    this.#see({ kind: 'step' });
  }

  #suffer(fault: Fault): void {
    const { shared, site, hub } = this;
    const { machine, nowMs } = shared;
    switch (fault.kind) {
      case 'activate':
        // The operator tries again until it works.
        site.activate(fault.plane);
        if (!site.isJoined) this.#later(spread(this.#random, HOUR_MS, 20 * DAY_MS), fault);
        return;
      case 'link':
        this.outside.linkIsUp = fault.isUp;
        if (!fault.isUp && fault.isSeen) site.cut();
        return;
      case 'hub':
        if (!fault.isUp && hub.isUp) hub.crash();
        hub.isUp = fault.isUp;
        if (!fault.isUp) site.cut();
        return;
      case 'hub-backup':
        hub.backUp();
        return;
      case 'hub-restore':
        hub.restore();
        return;
      case 'hub-crash':
        hub.crashesIn = fault.when;
        return;
      case 'hub-clock':
        hub.clockErrorMs = fault.errorMs;
        return;
      case 'approve':
        hub.approve();
        return;
      case 'loss':
        this.outside.loss = fault.share;
        return;
      case 'crash':
        site.crash();
        return;
      case 'crash-in-write':
        shared.disk.arm(fault.writes, fault.isAfter);
        return;
      case 'power-off':
        site.powerOff();
        return;
      case 'power-on':
        machine.chip = fault.chip ?? machine.chip;
        if (site.powerOn())
          this.#see({ kind: 'booted', isHonest: machine.chip.kind === 'running' && machine.chip.errorMs === 0 });
        return;
      case 'system-set':
        machine.setSystem(
          nowMs,
          fault.toMs ?? (fault.byMs === 0 ? nowMs : machine.reading(nowMs).systemMs + fault.byMs),
        );
        return;
      default:
        this.#doByPeople(fault);
        return;
    }
  }

  #doByPeople(fault: Fault): void {
    const { site, shared, hub } = this;
    switch (fault.kind) {
      case 'time-servers':
        this.#servers.reached = fault.reached;
        return;
      case 'operator-clock':
        site.settleClock(shared.nowMs);
        return;
      case 'operator-slip':
        site.misstateClock(shared.nowMs + fault.byMs);
        return;
      case 'operator-undo':
        site.undoClock();
        return;
      case 'plane':
        site.declare(fault.plane);
        return;
      case 'authority':
        site.replaceAuthority(fault.line, fault.hurry);
        return;
      case 'kubeconfig':
        site.giveKubeconfig(fault.name, fault.days);
        return;
      case 'shut-out':
        site.shutOut(fault.name, fault.deleted);
        return;
      case 'wish':
        hub.wishes.change(this.#random);
        return;
      case 'choose':
        if (fault.all) hub.wishes.takeAll();
        else hub.wishes.resolve(this.#random);
        return;
      case 'change-here':
        site.changeHere(fault);
        return;
      case 'agent':
        this.agent.frozenSinceMs = fault.isFrozen ? (this.agent.frozenSinceMs ?? shared.nowMs) : undefined;
        return;
    }
  }

  /** The hub's operator says yes in his own time. */
  #asked(): void {
    const isComing = this.#schedule.some(
      ({ fault, atMs }) => fault.kind === 'approve' && atMs < this.#endMs - 10 * DAY_MS,
    );
    if (!isComing) this.#later(spread(this.#random, HOUR_MS, 20 * DAY_MS), { kind: 'approve' });
  }

  #later(inMs: number, fault: Fault): void {
    const atMs = this.shared.nowMs + inMs;
    const at = this.#schedule.findIndex((scheduled) => scheduled.atMs > atMs);
    this.#schedule.splice(at < 0 ? this.#schedule.length : at, 0, { atMs, fault });
  }

  #see(observation: Observation): void {
    this.counts[observation.kind] = (this.counts[observation.kind] ?? 0) + 1;
    if (!UNTOLD.has(observation.kind)) {
      this.#trace.push({ atMs: this.shared.nowMs, observation });
      if (this.#trace.length > 2 * TRACE_LINES) this.#trace.splice(0, TRACE_LINES);
    }
    for (const checker of this.#checkers ?? []) this.#object(checker, checker.saw(observation));
  }

  #object(checker: Checker, problem: string | undefined): void {
    if (problem !== undefined) throw new Violation(checker.name, problem);
  }
}

export function runSeed(options: RunOptions): Outcome {
  const run = new Run(options);
  const { steps, observations, violation } = run.run();
  if (!violation) return { steps, observations, failure: undefined };
  const at = new Date(run.shared.nowMs).toISOString();
  const failure: Failure = {
    seed: options.seed,
    at,
    checker: violation.checker,
    problem: violation.message,
    trace: run.trace.slice(-TRACE_LINES),
  };
  return { steps, observations, failure };
}
