// The processes of a simulated site: they start from what the disk holds, do what is due, and end in a crash at any write. Between two
// steps everything was quiet: heartbeats came every minute if they came at all, and token renewals went on.
import type { Line } from '#engine/certificates';
import type { NtpAnswer } from '#engine/clock';
import type { ConnectivityFacts } from '#engine/connectivity';
import type { Plane } from '#model/site';
import { Clients } from './clients.ts';
import { Crash } from './disk.ts';
import type { Hub, Identity } from './hub.ts';
import type { Journal } from './journal.ts';
import { Pki } from './pki.ts';
import { Standing } from './standing.ts';
import { Timekeeper } from './timekeeper.ts';
import { chance, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, type Shared } from './world.ts';

/** As long as no silence of this length is known of, a link that is up is contacted every minute. */
const DIAL_PAUSE_MS_MAX = 5 * MINUTE_MS;

export interface Outside {
  readonly hub: Hub;
  readonly journal: Journal;
  /** Of every delivery and answer, this share is lost. */
  loss: number;
  linkIsUp: boolean;
  /** What the configured time servers say now; undefined: they are not reached. */
  timeServers():
    | { readonly answers: readonly NtpAnswer[]; readonly configured: number; readonly isHonest: boolean }
    | undefined;
  /** Who approves at the hub is told that a site waits. */
  asked(): void;
}

class Processes {
  readonly clock: Timekeeper;
  readonly standing: Standing;
  readonly pki: Pki;
  readonly clients: Clients;

  /** In the order of a start: the time, then certificates, then everybody who needs them. Errors: Crash. */
  constructor(shared: Shared) {
    this.clock = new Timekeeper(shared);
    this.standing = new Standing(shared, this.clock);
    this.pki = new Pki(shared, this.clock);
    this.clients = new Clients(shared, this.clock, this.pki);
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
    };
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
  /** True time of the last heartbeat that the hub took, while the connection stands. */
  #connectedMs: number | undefined;
  #dialsMs = Number.POSITIVE_INFINITY;

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
  view(): { readonly clock: Timekeeper; facts(): ConnectivityFacts; readonly pki: Pki } | undefined {
    const { clock, standing, pki } = this.#processes ?? {};
    return clock && standing && pki ? { clock, facts: () => standing.facts(), pki } : undefined;
  }

  /** It has a hub, written down. */
  get isJoined(): boolean {
    return this.#shared.disk.read<LinkFile>('link') !== undefined;
  }

  get identity(): Identity | undefined {
    return this.#shared.disk.read<Identity | null>('identity') ?? undefined;
  }

  /** When something is due that is nobody else's. */
  dueMs(): number {
    const { nowMs } = this.#shared;
    if (!this.#hasPower) return Number.POSITIVE_INFINITY;
    if (!this.#processes) return this.#startsMs;
    const rollover = this.#processes.pki.isAnnounced ? nowMs + 6 * MINUTE_MS : Number.POSITIVE_INFINITY;
    const isReachable = this.#outside.linkIsUp && this.#outside.hub.isUp && this.isJoined;
    const dial = this.#connectedMs === undefined && isReachable ? this.#dialsMs : Number.POSITIVE_INFINITY;
    return Math.max(nowMs + SECOND_MS, Math.min(rollover, dial));
  }

  /** Everything that went on quietly until now. */
  catchUp(): void {
    const { nowMs, random, disk } = this.#shared;
    const isQuiet = nowMs - this.#lastMs > MINUTE_MS;
    this.#act((processes) => {
      this.#lives(processes, nowMs - this.#lastMs);
      this.#outside.journal.sync();
      if (isQuiet) processes.clients.renewTokens(true);
      if (this.#connectedMs !== undefined && isQuiet) {
        const sentAgoMs = Math.floor(random.next() * MINUTE_MS);
        // The heartbeat before the last was written down, whatever becomes of the last.
        disk.withoutCrash(() => this.#contact(processes, sentAgoMs + (disk.isArmed ? MINUTE_MS : 0)));
        if (disk.isArmed) this.#contact(processes, sentAgoMs);
      }
    });
    this.#lastMs = nowMs;
  }

  /** What is due at this moment. */
  work(): void {
    const { nowMs } = this.#shared;
    const isReachable = this.#outside.linkIsUp && this.#outside.hub.isUp;
    if (!isReachable) this.#connectedMs = undefined;
    if (this.#hasPower && !this.#processes && nowMs >= this.#startsMs) this.#start();
    this.#act((processes) => {
      const { clock, standing, pki, clients } = processes;
      clock.take({ kind: 'look' });
      this.#askTimeServers(clock);
      if (isReachable && this.#connectedMs === undefined && nowMs >= this.#dialsMs) this.#contact(processes, 0);
      standing.tick();
      pki.pass();
      clients.renewTokens(false);
      clients.come();
      this.#outside.journal.sync();
    });
  }

  /** The link, or the hub, is there again. */
  reachable(): void {
    this.#dialsMs = this.#shared.nowMs + this.#shared.random.below(DIAL_PAUSE_MS_MAX);
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
    this.reachable();
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
    this.#act(({ pki }) => {
      pki.giveKubeconfig(name, days * DAY_MS);
      this.#audit();
    });
  }

  #audit(): void {
    this.#outside.journal.append('audit');
  }

  /** What a site writes down while it lives. */
  #lives({ clock }: Processes, elapsedMs: number): void {
    const { journal } = this.#outside;
    if (elapsedMs < HOUR_MS) return;
    journal.append('usage', Math.round(elapsedMs / MINUTE_MS));
    journal.append('telemetry');
    if (clock.state.doubt) journal.append('event');
  }

  #start(): void {
    try {
      this.#shared.see({ kind: 'started' });
      this.#processes = new Processes(this.#shared);
      this.#lastMs = this.#shared.nowMs;
      this.reachable();
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
    this.#connectedMs = undefined;
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

  /** One heartbeat and what it brings. Errors: Crash. */
  #contact(processes: Processes, sentAgoMs: number): void {
    const { nowMs, disk, see, random } = this.#shared;
    const { hub, journal } = this.#outside;
    const identity = this.identity;
    if (!identity || !disk.read<LinkFile | null>('link')) return;
    if (hub.beat(identity, sentAgoMs) === 'expired') {
      see({ kind: 'expired' });
      this.#return(identity);
      return;
    }
    const quietMs = this.#connectedMs === undefined ? 0 : nowMs - this.#connectedMs;
    this.#connectedMs = nowMs;
    see({ kind: 'contact', sentMs: nowMs - sentAgoMs });
    processes.standing.acknowledged(sentAgoMs, quietMs);
    see({ kind: 'acknowledged', sentMs: nowMs - sentAgoMs });
    const wayMs = 20 + random.below(1_000);
    // What the hub said then, half a round trip ago at the least.
    const timeMs = hub.now() - random.below(wayMs) + Math.round(wayMs / 2);
    const isHonest = Math.abs(hub.clockErrorMs) < SECOND_MS;
    processes.clock.hear({ source: 'hub', timeMs, uncertaintyMs: wayMs, isHonest });
    processes.standing.tick();
    if (hub.now() >= this.#shared.rules.identityRenewsMs(identity.endsMs)) this.#renew(identity);
    journal.heard(hub.acknowledged);
    journal.deliver(hub, this.#outside.loss);
  }

  /** Errors: Crash. */
  #renew(identity: Identity): void {
    const next = this.#outside.hub.renew(identity);
    if (!chance(this.#shared.random, this.#outside.loss)) this.#keep(next, 'renewed');
  }

  /** Errors: Crash. */
  #return(identity: Identity): void {
    const { hub, loss, asked } = this.#outside;
    const next = hub.takeBack(identity);
    // It asks again and again.
    this.#dialsMs = this.#shared.nowMs + HOUR_MS;
    if (!next) {
      this.#shared.see({ kind: 'pending' });
      asked();
    } else if (!chance(this.#shared.random, loss)) {
      this.#keep(next, 'returned');
      this.#dialsMs = this.#shared.nowMs;
    }
  }

  #keep(identity: Identity, what: 'renewed' | 'returned'): void {
    this.#shared.disk.write('identity', identity);
    this.#shared.see({ kind: 'identity', what, endsMs: identity.endsMs });
  }
}
