// A member of the simulated etcd: what it keeps, and what it knows of the others. It takes part in votes and writes while its process
// runs and its disk takes what it writes; a member whose disk stands still goes on answering from what it knew, leases included, as
// etcd 3.4 does.
import type { Random } from '#base';
import type { Machine, Process } from '../machine.ts';
import type { Operation } from './key-space.ts';

export interface LogEntry {
  readonly term: number;
  readonly operation: Operation;
  /** The member that was asked for it, and which life of it. */
  readonly origin?: { readonly process: Process; settle(index: number): void };
}

export type DiskState = 'well' | 'slow' | 'stalled' | 'failed';

export const HEARTBEAT_MS = 50;
export const ELECTION_MS = 500;

export class Member {
  readonly machine: Machine;
  process: Process;
  disk: DiskState = 'well';
  term = 0;
  readonly log: LogEntry[] = [];
  /** How many entries it knows to be agreed on, and has carried out. */
  committed = 0;
  leads = false;
  leader: Member | undefined;
  heardMs = 0;
  leaderlessMs: number | undefined;
  patienceMs = ELECTION_MS;
  /** Of a leader: how much each member has on disk, whom it heard since it last counted, and when that was. */
  readonly matched = new Map<Member, number>();
  readonly sending = new Map<Member, number>();
  readonly heard = new Set<Member>();
  countedMs = 0;
  /** While it counts the time of leases: when each ends, in its boot time. */
  ends: Map<number, number> | undefined;
  /** Reads that wait for a majority, and for what they are to show. */
  reads: {
    index: number | undefined;
    readonly process: Process;
    readonly answer: () => void;
    readonly untilMs: number;
  }[] = [];
  /** Asked for while its disk stood still. */
  asked: (() => void)[] = [];
  readonly streams = new Set<{ push(): void; end(why: string): void }>();
  /** Bytes that something else takes in its database. */
  ballastBytes = 0;
  readonly #random: Random;

  constructor(machine: Machine, process: Process, random: Random) {
    this.machine = machine;
    this.process = process;
    this.#random = random;
    this.losePatience();
  }

  get name(): string {
    return this.machine.name;
  }

  /** Takes part in votes and writes. */
  get takesPart(): boolean {
    return this.process.runs && this.disk !== 'stalled' && this.disk !== 'failed';
  }

  get appliedTerm(): number {
    return this.log[this.committed - 1]?.term ?? 0;
  }

  get lastTerm(): number {
    return this.log.at(-1)?.term ?? 0;
  }

  writeMs(): number {
    const random = this.#random;
    if (this.disk === 'slow') return 40 + random.next() * 260;
    return random.next() < 0.01 ? random.next() * 80 : 0.2 + random.next() * 1.5;
  }

  losePatience(): void {
    this.patienceMs = ELECTION_MS * (1 + this.#random.next());
  }

  follow(leader: Member | undefined, term: number): void {
    this.term = term;
    this.leads = false;
    this.ends = undefined;
    this.leader = leader;
  }

  /** Its log begins as another's does, up to a length. */
  copy(from: readonly LogEntry[], length: number): void {
    const { log } = this;
    let same = Math.min(log.length, length);
    while (same > 0 && log[same - 1] !== from[same - 1]) same--;
    if (same === length) return;
    log.length = same;
    for (let at = same; at < length; at++) log.push(from[at] as LogEntry);
  }

  /** Everything that a process keeps in memory is gone. */
  restart(process: Process): void {
    this.process = process;
    this.follow(undefined, this.term);
    this.heardMs = this.machine.timeline.nowMs;
    this.leaderlessMs = undefined;
    this.reads = [];
    this.asked = [];
    this.streams.clear();
    this.matched.clear();
    this.sending.clear();
    this.heard.clear();
    this.losePatience();
  }
}
