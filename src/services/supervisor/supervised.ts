// One declared process: started or adopted, watched, started again when it dies, ended when it shall.
//
//   state     event            next      action
//   --------  ---------------  --------  ---------------------------
//   starting  ready            ready     tell who waits
//   starting  died             waiting   plan the next start
//   ready     died             waiting   plan the next start
//   ready     hung             ready     SIGKILL, and it dies
//   any       ended by itself  starting  start, if it may
//   waiting   pause over       starting  start
//   any       stop asked       stopping  SIGTERM, later SIGKILL
//   stopping  gone             stopped   forget the record
import { assert, messageOf } from '#base';
import type { Cgroups } from '#platform/cgroup';
import type { Clock, Timer } from '#platform/clock';
import type { Log } from '#platform/log';
import { endProcess, isAlive, type ProcessIdentity, processWaits, signalProcess, startDaemon } from '#platform/process';
import type { EventLog, ProcessDeclaration, ProcessPhase, ProcessState } from './contract.ts';
import { ADOPTED_POLL_MS, READY_POLL_MS, STABLE_AFTER_MS, STOP_GRACE_MS } from './limits.ts';
import { type LivenessWatch, watchLiveness } from './liveness.ts';
import type { ProcessRecords } from './process-records.ts';
import { planRestart } from './restart.plan.ts';

export interface Surroundings {
  readonly clock: Clock;
  readonly log: Log;
  readonly events: EventLog;
  readonly records: ProcessRecords;
  /** Absent where there are no control groups. */
  readonly cgroups?: Cgroups;
  logFile(name: string): string;
}

interface Running {
  readonly identity: ProcessIdentity;
  readonly startedAtMs: number;
  readonly sinceMs: number;
}

export class Supervised {
  readonly declaration: ProcessDeclaration;
  readonly #with: Surroundings;
  #phase: ProcessPhase = 'starting';
  #running: Running | undefined;
  #deaths = 0;
  #restarts = 0;
  #unstable = false;
  #lastEnd: string | undefined;
  #released = false;
  #problem: string | undefined;
  #liveness: LivenessWatch | undefined;
  /** Why it was killed; the next death is told by it. */
  #killedFor: string | undefined;
  readonly #timers = new Set<Timer>();
  #waiting: { resolve(): void; reject(error: Error): void }[] = [];

  constructor(declaration: ProcessDeclaration, surroundings: Surroundings) {
    this.declaration = declaration;
    this.#with = surroundings;
  }

  get state(): ProcessState {
    const { name, node } = this.declaration;
    return {
      name,
      node,
      phase: this.#phase,
      pid: this.#running?.identity.pid,
      startedAtMs: this.#running?.startedAtMs,
      restarts: this.#restarts,
      unstable: this.#unstable && !this.#hasRecovered(),
      lastEnd: this.#lastEnd,
    };
  }

  #hasRecovered(): boolean {
    const { clock } = this.#with;
    return this.#running !== undefined && clock.monotonicMs() - this.#running.sinceMs >= STABLE_AFTER_MS;
  }

  begin(): void {
    const record = this.#with.records.get(this.declaration.name);
    if (record && isAlive(record.identity)) {
      this.#restarts = record.restarts;
      this.#running = { ...record, sinceMs: this.#with.clock.monotonicMs() };
      this.#event('Normal', 'Adopted', `process ${record.identity.pid} runs on`);
      this.#pollAdopted(record.identity);
      this.#pollReady(record.identity);
    } else void this.#start();
  }

  ready(): Promise<void> {
    if (this.#phase === 'ready') return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  async stop(): Promise<void> {
    this.#phase = 'stopping';
    this.#cancelTimers();
    const { clock, records } = this.#with;
    const { name, stopGraceMs } = this.declaration;
    if (this.#running) await endProcess(this.#running.identity, { graceMs: stopGraceMs ?? STOP_GRACE_MS, clock });
    this.#running = undefined;
    this.#phase = 'stopped';
    records.remove(name);
    for (const { reject } of this.#waiting.splice(0)) reject(new Error(`${name} was stopped`));
  }

  async restart(): Promise<void> {
    await this.stop();
    this.#restarts++;
    this.#phase = 'starting';
    void this.#start();
    await this.ready();
  }

  release(): void {
    this.#released = true;
    this.#cancelTimers();
  }

  async #start(): Promise<void> {
    const { clock, records, cgroups, logFile } = this.#with;
    const { name, argv, env, networkNamespace, cgroup, lifeline } = this.declaration;
    this.#phase = 'starting';
    const startedAtMs = clock.now();
    try {
      const daemon = await startDaemon({ argv, env, networkNamespace, lifeline, logFile: logFile(name) });
      const { identity } = daemon;
      if (this.#phase !== 'starting' || this.#released) return await endProcess(identity, { graceMs: 0, clock });
      this.#running = { identity, startedAtMs, sinceMs: clock.monotonicMs() };
      if (cgroup) cgroups?.addProcess(cgroup, identity.pid);
      records.set(name, { identity, startedAtMs, restarts: this.#restarts });
      void daemon.ended.then(({ code, signal }) =>
        code === 0 && this.declaration.endsByItself
          ? this.#endedByItself(identity)
          : this.#died(identity, signal ? `killed by ${signal}` : `exit code ${code}`),
      );
      this.#pollReady(identity);
    } catch (error) {
      this.#planNext(messageOf(error), 0);
    }
  }

  #pollReady(identity: ProcessIdentity): void {
    const ask = async (): Promise<void> => {
      let isReady = false;
      try {
        isReady = await this.declaration.isReady(identity);
      } catch (error) {
        this.#tellProblem(messageOf(error));
      }
      if (this.#running?.identity !== identity || this.#phase !== 'starting' || this.#released) return;
      if (!isReady) return this.#after(READY_POLL_MS, () => void ask());
      this.#phase = 'ready';
      this.#watchLiveness(identity);
      for (const { resolve } of this.#waiting.splice(0)) resolve();
    };
    void ask();
  }

  #watchLiveness(identity: ProcessIdentity): void {
    const { answers } = this.declaration;
    if (!answers) return;
    const hung = (_: ProcessIdentity, silentMs: number): void => {
      if (this.#running?.identity !== identity || this.#phase !== 'ready') return;
      const seconds = Math.round(silentMs / 1000);
      this.#killedFor = `killed because it hung: no sign of life for ${seconds} s`;
      const message = `process ${identity.pid} gave no sign of life for ${seconds} s, though it was let run: it is killed`;
      this.#event('Warning', 'Hung', message);
      signalProcess(identity, 'SIGKILL');
    };
    const { clock } = this.#with;
    this.#liveness = watchLiveness({
      identity: () => identity,
      clock,
      answers: () => answers(),
      waits: processWaits,
      hung,
    });
  }

  /** Said once, however often it is met while the process starts. */
  #tellProblem(problem: string): void {
    if (problem !== this.#problem) this.#with.log.warn('not ready', { process: this.declaration.name, problem });
    this.#problem = problem;
  }

  #pollAdopted(identity: ProcessIdentity): void {
    this.#after(ADOPTED_POLL_MS, () => {
      if (this.#running?.identity !== identity) return;
      if (isAlive(identity)) this.#pollAdopted(identity);
      else this.#died(identity, 'ended (an adopted process; how is not known)');
    });
  }

  #died(identity: ProcessIdentity, how: string): void {
    if (this.#running?.identity !== identity || this.#phase === 'stopping' || this.#released) return;
    const ranMs = this.#with.clock.monotonicMs() - this.#running.sinceMs;
    this.#running = undefined;
    this.#liveness?.close();
    this.#planNext(this.#killedFor ?? how, ranMs);
  }

  #endedByItself(identity: ProcessIdentity): void {
    if (this.#running?.identity !== identity || this.#phase === 'stopping' || this.#released) return;
    this.#running = undefined;
    this.#liveness?.close();
    void this.#start();
  }

  #planNext(how: string, ranMs: number): void {
    assert(this.#phase !== 'stopped', 'a stopped process is not planned');
    const plan = planRestart({ deaths: this.#deaths, ranMs });
    this.#deaths = plan.deaths;
    this.#unstable = plan.unstable;
    this.#lastEnd = how;
    this.#phase = 'waiting';
    this.#killedFor = undefined;
    this.#restarts++;
    this.#event('Warning', 'Died', `${how}; started again in ${plan.afterMs} ms`);
    this.#after(plan.afterMs, () => void this.#start());
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#with.events.add({ type, subject: this.declaration.name, reason, message });
  }

  #after(ms: number, act: () => void): void {
    const timer = this.#with.clock.after(ms, () => {
      this.#timers.delete(timer);
      act();
    });
    this.#timers.add(timer);
  }

  #cancelTimers(): void {
    this.#liveness?.close();
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}
