// The processes of a simulated site: they start from what the disk holds, do what is due, and end in a crash at any write. Between two
// steps everything was quiet: heartbeats came every minute if they came at all, and token renewals went on.
import type { Line } from '#engine/certificates';
import type { NtpAnswer } from '#engine/clock';
import type { ConnectivityFacts } from '#engine/connectivity';
import type { DesiredState } from '#model/link';
import type { Plane } from '#model/site';
import { Clients } from './clients.ts';
import { type Agent, Cluster } from './cluster.ts';
import { Desired } from './desired.ts';
import { Crash } from './disk.ts';
import type { Identity } from './hub.ts';
import { type Between, HubTalk, identityOf } from './hub-talk.ts';
import { People } from './people.ts';
import { Pki } from './pki.ts';
import { Standing } from './standing.ts';
import { Timekeeper } from './timekeeper.ts';
import { Uplink } from './uplink.ts';
import { chance, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, type Shared } from './world.ts';

export interface Outside extends Between {
  readonly agent: Agent;
  /** What the configured time servers say now; undefined: they are not reached. */
  timeServers():
    | { readonly answers: readonly NtpAnswer[]; readonly configured: number; readonly isHonest: boolean }
    | undefined;
}

class Processes {
  readonly clock: Timekeeper;
  readonly standing: Standing;
  readonly pki: Pki;
  readonly clients: Clients;
  readonly people: People;
  readonly cluster: Cluster;
  readonly talk: HubTalk;
  readonly uplink: Uplink;
  readonly desired: Desired;

  /** In the order of a start: the time, then certificates, then everybody who needs them. Errors: Crash. */
  constructor(shared: Shared, outside: Outside) {
    this.clock = new Timekeeper(shared);
    this.standing = new Standing(shared, this.clock);
    this.pki = new Pki(shared, this.clock);
    this.clients = new Clients(shared, this.clock, this.pki);
    this.people = new People(shared, this.clock, this.pki);
    this.cluster = new Cluster(shared, this.clock, outside.agent);
    this.desired = new Desired(shared, () => this.standing.current());
    this.talk = new HubTalk(shared, outside, this);
    this.uplink = new Uplink(shared, this.clock, this.talk);
    const hub = shared.disk.read<LinkFile>('link')?.plane;
    // What a crash between two files has left is finished.
    if (hub && !this.standing.isActivated) this.standing.step({ kind: 'activated', plane: hub });
    else if (!hub && this.standing.isActivated) this.standing.step({ kind: 'deactivated' });
    this.pki.pass();
    this.clients.renewTokens(false);
    this.clock.onStep = () => {
      // Before anybody has planned anew, somebody comes with what he has.
      this.clients.come();
      this.pki.pass();
      this.clients.renewTokens(false);
      this.standing.tick();
      this.cluster.look();
    };
    this.cluster.look();
  }
}

interface LinkFile {
  readonly plane: Plane;
}

export class Site {
  readonly #shared: Shared;
  readonly #outside: Outside;
  #processes: Processes | undefined;
  #hasPower = true;
  #startsMs: number;
  #lastMs: number;

  constructor(shared: Shared, outside: Outside) {
    this.#shared = shared;
    this.#outside = outside;
    this.#startsMs = shared.nowMs;
    this.#lastMs = shared.nowMs;
  }

  get isRunning(): boolean {
    return this.#processes !== undefined;
  }

  /** What is shown of the site; undefined while it does not run. */
  view():
    | { readonly clock: Timekeeper; facts(): ConnectivityFacts; readonly cluster: Cluster; applied(): number }
    | undefined {
    if (!this.#processes) return undefined;
    const { clock, standing, cluster, desired } = this.#processes;
    return { clock, facts: () => standing.facts(), cluster, applied: () => desired.applied() };
  }

  /** What the hub wants, as far as it is known here. */
  desired(): DesiredState | undefined {
    return this.#shared.disk.read<DesiredState>('desired');
  }

  /** It has a hub, written down. */
  get isJoined(): boolean {
    return this.#shared.disk.read<LinkFile>('link') !== undefined;
  }

  get identity(): Identity | undefined {
    return identityOf(this.#shared);
  }

  /** When something is due that is nobody else's. */
  dueMs(): number {
    const { nowMs } = this.#shared;
    if (!this.#hasPower) return Number.POSITIVE_INFINITY;
    if (!this.#processes) return this.#startsMs;
    const rollover = this.#processes.pki.isAnnounced ? nowMs + 6 * MINUTE_MS : Number.POSITIVE_INFINITY;
    const { uplink, cluster } = this.#processes;
    return Math.max(nowMs + SECOND_MS, Math.min(rollover, uplink.dueMs(), cluster.dueMs()));
  }

  /** Everything that went on quietly until now. */
  catchUp(): void {
    const { nowMs, random, disk } = this.#shared;
    const isQuiet = nowMs - this.#lastMs > MINUTE_MS;
    this.#act((processes) => {
      this.#lives(processes, nowMs - this.#lastMs);
      this.#outside.journal.sync();
      if (isQuiet) processes.clients.renewTokens(true);
      processes.cluster.quiet();
      if (!isQuiet) return;
      const lastAgoMs = Math.floor(random.next() * MINUTE_MS);
      const isRough = disk.isArmed || chance(random, 3 * this.#outside.loss);
      // The heartbeat before the last was taken and written down, whatever becomes of the last.
      processes.talk.isCalm = true;
      disk.withoutCrash(() => processes.uplink.quiet(lastAgoMs + (isRough ? MINUTE_MS : 0)));
      processes.talk.isCalm = false;
      if (isRough) processes.uplink.quiet(lastAgoMs);
    });
    this.#lastMs = nowMs;
  }

  /** What is due at this moment. */
  work(): void {
    const { nowMs } = this.#shared;
    if (this.#hasPower && !this.#processes && nowMs >= this.#startsMs) this.#start();
    this.#act((processes) => {
      const { clock, standing, pki, clients, cluster, uplink, desired } = processes;
      clock.take({ kind: 'look' });
      this.#askTimeServers(clock);
      if (this.isJoined) uplink.want();
      uplink.work();
      standing.tick();
      pki.pass();
      clients.renewTokens(false);
      cluster.work();
      desired.runJobs();
      desired.pass();
      clients.come();
      this.#outside.journal.sync();
    });
  }

  /** Connections have ended, and everybody sees it. */
  cut(): void {
    this.#act(({ uplink }) => uplink.broken());
  }

  crash(): void {
    this.#end();
    this.#startsMs = this.#shared.nowMs + this.#shared.random.below(MINUTE_MS);
  }

  powerOff(): void {
    this.#end();
    this.#hasPower = false;
    this.#outside.journal.powerCut();
  }

  /** False when it was on. */
  powerOn(): boolean {
    if (this.#hasPower) return false;
    this.#hasPower = true;
    this.#shared.machine.boot(this.#shared.nowMs);
    this.#startsMs = this.#shared.nowMs + 20 * SECOND_MS;
    this.#lastMs = this.#shared.nowMs;
    return true;
  }

  activate(plane: Plane): void {
    const { disk, see } = this.#shared;
    if (!this.#outside.hub.isUp || !this.#outside.linkIsUp || disk.read<LinkFile | null>('link')) return;
    this.#act(({ standing }) => {
      const identity = this.#outside.hub.enrol('key');
      disk.write('identity', identity);
      disk.write('link', { plane } satisfies LinkFile);
      see({ kind: 'identity', what: 'enrolled', endsMs: identity.endsMs });
      standing.step({ kind: 'activated', plane });
      see({ kind: 'acknowledged', sentMs: this.#shared.nowMs });
      this.#audit();
    });
  }

  declare(plane: Plane): void {
    this.#act(({ standing }) => {
      standing.step(
        plane === 'local' ? { kind: 'plane-taken', reason: 'the hall is on fire' } : { kind: 'plane-given' },
      );
      this.#audit();
    });
  }

  /** The operator looks at his watch, and does what is right. */
  settleClock(trueMs: number): void {
    this.#act(({ clock }) => {
      const errorMs = clock.now() - trueMs;
      if (Math.abs(errorMs) < MINUTE_MS && !clock.state.doubt) return;
      this.#audit();
      if (Math.abs(errorMs) < MINUTE_MS) {
        clock.take({ kind: 'undo' });
        return;
      }
      clock.hear({ source: 'operator', timeMs: trueMs, uncertaintyMs: 0, isHonest: true });
    });
  }

  /** The operator mistypes the time; he takes it back as soon as he sees it. */
  misstateClock(timeMs: number): void {
    this.#act(({ clock }) => {
      this.#audit();
      clock.hear({ source: 'operator', timeMs, uncertaintyMs: 0, isHonest: false });
    });
  }

  undoClock(): void {
    this.#act(({ clock }) => {
      if (!clock.state.undo || clock.state.doubt) return;
      this.#audit();
      clock.take({ kind: 'undo' });
      this.#shared.see({ kind: 'undone' });
    });
    this.settleClock(this.#shared.nowMs);
  }

  replaceAuthority(line: Line, hurry: boolean): void {
    this.#act(({ pki }) => {
      pki.step(line, { kind: 'renew', hurry });
      this.#audit();
      pki.pass();
    });
  }

  giveKubeconfig(name: string, days: number): void {
    this.#act(({ people }) => {
      if (people.give(name, days * DAY_MS)) this.#audit();
    });
  }

  shutOut(name: string, deleted: boolean): void {
    this.#act(({ people }) => {
      people.shutOut(name, deleted);
      this.#audit();
    });
  }

  changeHere({ value, pick, deletes }: { value: string; pick: number; deletes: boolean }): void {
    this.#act(({ desired }) => {
      if (desired.changeHere(value, pick, deletes)) this.#audit();
    });
  }

  #audit(): void {
    this.#outside.journal.append('holdfastd/1', 'audit');
  }

  /** What a site writes down while it lives. */
  #lives({ clock }: Processes, elapsedMs: number): void {
    const { journal } = this.#outside;
    if (elapsedMs < HOUR_MS) return;
    const now = clock.now();
    const [from, to] = [now - elapsedMs, now].map((ms) => new Date(ms).toISOString());
    journal.append('services/1', 'usage', {
      from,
      to,
      seconds: Math.round(elapsedMs / SECOND_MS),
      clusters: {},
      site: {},
    });
    if (chance(this.#shared.random, 0.3))
      journal.append('services/1', 'telemetry', { pods: 12, note: 'as it is every six hours' });
    if (chance(this.#shared.random, 0.2)) journal.append('services/1', 'audit', { verb: 'patch' });
    if (clock.state.doubt) journal.append('holdfastd/1', 'event');
  }

  #start(): void {
    try {
      this.#shared.see({ kind: 'started' });
      this.#processes = new Processes(this.#shared, this.#outside);
      this.#lastMs = this.#shared.nowMs;
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.#startsMs = this.#shared.nowMs + 5 * SECOND_MS;
    }
  }

  #act(act: (processes: Processes) => void): void {
    if (!this.#processes) return;
    try {
      act(this.#processes);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.#shared.see({ kind: 'fault', text: 'crash in a write' });
      this.crash();
    }
  }

  #end(): void {
    this.#processes = undefined;
  }

  #askTimeServers(clock: Timekeeper): void {
    const asked = this.#outside.timeServers();
    if (!asked) return;
    const now = clock.now();
    const answers = asked.answers.map((answer) => ({ ...answer, offsetMs: answer.offsetMs - now }));
    const quorum = this.#shared.rules.ntpQuorum(answers, asked.configured);
    if (quorum.kind !== 'agreed') return;
    const { offsetMs, uncertaintyMs } = quorum;
    const { isHonest } = asked;
    clock.hear({ source: 'ntp', timeMs: now + offsetMs, uncertaintyMs, isHonest });
  }
}
