// How the members of the simulated etcd agree: raft with pre-vote and a leader that counts its majority, told in heartbeats of 50 ms
// and elections after 500 to 1,000. Elections are one step of a heartbeat; entries travel, are written to disk, and are acknowledged.
// Source: etcd 3.4 (raft, lease/lessor).
import { assert, type Random } from '#base';
import type { Network } from '../network.ts';
import type { Timeline } from '../timeline.ts';
import { KeySpace } from './key-space.ts';
import { ELECTION_MS, HEARTBEAT_MS, type LogEntry, type Member } from './member.ts';

const MAJORITY = 2;
/** A vote is split now and then. */
const SPLIT_SHARE = 0.15;
/** What was sent to a member and not acknowledged is sent again after this. */
const RESEND_MS = 300;
/** How often a leader looks for leases that have ended, and a member for a leader. */
const LOOK_BEATS = 10;
/** A member without a leader ends its watches after this. */
const LEADERLESS_MS = 1_500;

export interface QuorumOptions {
  readonly members: readonly Member[];
  readonly network: Network;
  readonly timeline: Timeline;
  readonly random: Random;
}

export class Quorum {
  readonly space = new KeySpace();
  readonly members: readonly Member[];
  readonly network: Network;
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #agreed: LogEntry[] = [];
  #beats = 0;
  elections = 0;
  /** Of the answers to calls, how many are lost on the way. */
  loss = 0;

  constructor({ members, network, timeline, random }: QuorumOptions) {
    this.members = members;
    this.network = network;
    this.#timeline = timeline;
    this.#random = random;
  }

  start(): void {
    this.#timeline.after(HEARTBEAT_MS, () => {
      this.#beat();
      this.start();
    });
  }

  #joins(one: Member, other: Member): boolean {
    return this.network.joins(one.name, other.name);
  }

  #passes(from: Member, to: Member): boolean {
    return this.network.passes(from.name, to.name);
  }

  /** Whether a leader is still heard by a majority. */
  isHeard(leader: Member): boolean {
    const with_ = this.members.filter((one) => one === leader || (one.takesPart && this.#joins(leader, one)));
    return leader.takesPart && with_.length >= MAJORITY && with_.every(({ term }) => term <= leader.term);
  }

  /** What a read through this member must have carried out to show everything that was agreed on before; undefined: nobody knows. */
  readIndex(member: Member): number | undefined {
    const leader = member.leads ? member : member.leader;
    if (!member.takesPart || !leader?.leads || !this.isHeard(leader)) return undefined;
    if (leader !== member && !this.#joins(member, leader)) return undefined;
    return leader.appliedTerm === leader.term ? leader.committed : undefined;
  }

  /** Asks the leader for an entry; it is lost without a word when there is none, or on the way. */
  propose(member: Member, entry: Omit<LogEntry, 'term'>): void {
    if (!member.takesPart) {
      member.asked.push(() => this.propose(member, entry));
      return;
    }
    if (member.leads) {
      this.#append(member, entry);
      return;
    }
    const { leader } = member;
    if (leader === undefined) return;
    this.network.send(member.name, leader.process, 'lost', () => {
      if (leader.leads && leader.takesPart) this.#append(leader, entry);
    });
  }

  #append(leader: Member, entry: Omit<LogEntry, 'term'>): void {
    leader.log.push({ ...entry, term: leader.term });
    const { term } = leader;
    const { length } = leader.log;
    this.#write(leader, () => {
      if (leader.term !== term || !leader.leads) return;
      leader.matched.set(leader, Math.max(length, leader.matched.get(leader) ?? 0));
      this.#count(leader);
    });
    for (const other of this.members) if (other !== leader) this.#replicate(leader, other);
  }

  /** What a member has on disk: when its disk goes on, if it stands still, and never when the process ends before. */
  #write(member: Member, done: () => void): void {
    const { process } = member;
    const look = (): void => {
      if (member.process !== process || !process.alive) return;
      if (member.takesPart) done();
      else this.#timeline.after(HEARTBEAT_MS, look);
    };
    this.#timeline.after(member.writeMs(), look);
  }

  #replicate(leader: Member, other: Member): void {
    const { nowMs } = this.#timeline;
    const { term } = leader;
    const { length } = leader.log;
    if (nowMs - (leader.sending.get(other) ?? Number.NEGATIVE_INFINITY) < RESEND_MS) return;
    if (!this.#passes(leader, other)) return;
    leader.sending.set(other, nowMs);
    const isValid = (): boolean => leader.leads && leader.term === term;
    this.network.send(leader.name, other.process, 'lost', () => {
      if (!other.takesPart || !isValid() || other.term > term) return;
      this.#depose(other, leader, term);
      other.heardMs = this.#timeline.nowMs;
      other.copy(leader.log, length);
      this.#write(other, () => {
        if (other.term !== term || !isValid()) return;
        this.network.send(other.name, leader.process, 'lost', () => {
          if (!isValid() || !leader.takesPart) return;
          leader.sending.delete(other);
          leader.matched.set(other, Math.max(length, leader.matched.get(other) ?? 0));
          this.#count(leader);
          if (leader.log.length > length) this.#replicate(leader, other);
        });
      });
    });
  }

  /** Entries of its own term that a majority has on disk are agreed on, and all before them. */
  #count(leader: Member): void {
    const lengths = this.members.map((one) => leader.matched.get(one) ?? 0).sort((a, b) => b - a);
    const length = lengths[MAJORITY - 1] ?? 0;
    if (length <= leader.committed || leader.log[length - 1]?.term !== leader.term) return;
    this.#carryOut(leader, length);
    const { term } = leader;
    for (const other of this.members) {
      if (other === leader) continue;
      this.network.send(leader.name, other.process, 'lost', () => {
        if (leader.leads && leader.term === term && other.term === term) this.#learn(leader, other);
      });
    }
  }

  /** What is agreed on, as far as the leader knows that this member has it. */
  #learn(leader: Member, other: Member): void {
    const length = Math.min(leader.committed, leader.matched.get(other) ?? 0);
    if (other.takesPart && length > other.committed) this.#carryOut(other, length);
  }

  #carryOut(member: Member, length: number): void {
    while (member.committed < length) {
      const entry = member.log[member.committed] as LogEntry;
      if (this.#agreed.length === member.committed) {
        this.#agreed.push(entry);
        this.space.apply(entry.operation, entry.term);
      }
      assert(this.#agreed[member.committed] === entry, 'what was agreed on once is agreed on for ever');
      member.committed++;
      this.#leased(member, entry);
      if (entry.origin?.process === member.process) entry.origin.settle(member.committed);
    }
    for (const stream of member.streams) stream.push();
    this.#answerReads(member);
  }

  #leased(member: Member, { operation, term }: LogEntry): void {
    const { space } = this;
    const bootMs = member.machine.bootMs();
    if (operation.kind === 'term' && member.leads && member.term === term) {
      // Whoever comes to lead gives every lease its whole time anew, and that of an election.
      const all = [...space.leases].filter(([lease]) => space.hasLease(lease, member.committed));
      member.ends = new Map(all.map(([lease, { ttlMs }]) => [lease, bootMs + ttlMs + ELECTION_MS]));
    }
    if (operation.kind === 'grant' && space.hasLease(operation.lease, member.committed))
      member.ends?.set(operation.lease, bootMs + (space.leases.get(operation.lease)?.ttlMs ?? 0));
    if (operation.kind === 'revoke') member.ends?.delete(operation.lease);
  }

  /** Answers once a majority was asked and everything up to then is carried out; asks again with each heartbeat. */
  read(member: Member, answer: () => void, untilMs: number): void {
    member.reads.push({ index: this.readIndex(member), process: member.process, answer, untilMs });
    this.#answerReads(member);
  }

  #answerReads(member: Member): void {
    if (member.reads.length === 0) return;
    const waiting = member.reads;
    member.reads = [];
    for (const read of waiting) {
      if (read.process !== member.process || read.untilMs < this.#timeline.nowMs) continue;
      read.index ??= this.readIndex(member);
      if (read.index !== undefined && read.index <= member.committed) read.process.deliver(read.answer);
      else member.reads.push(read);
    }
  }

  #beat(): void {
    this.#beats++;
    for (const member of this.members) if (member.leads && member.takesPart) this.#lead(member);
    for (const member of this.members) if (!member.leads && member.takesPart) this.#electFor(member);
    for (const member of this.members) {
      if (member.process.runs) this.#lookForLeader(member);
      if (member.takesPart) this.#catchUp(member);
      if (member.leads && member.takesPart && this.#beats % LOOK_BEATS === 0) this.#endLeases(member);
    }
  }

  #catchUp(member: Member): void {
    for (const propose of member.asked.splice(0)) propose();
    this.#answerReads(member);
  }

  #lead(leader: Member): void {
    const { nowMs } = this.#timeline;
    for (const other of this.members) {
      if (other === leader || !other.takesPart || !this.#passes(leader, other)) continue;
      if (other.term > leader.term) {
        if (this.#passes(other, leader)) this.#depose(leader, undefined, other.term);
        if (!leader.leads) return;
        continue;
      }
      if (other.leader !== leader || other.term < leader.term) this.#depose(other, leader, leader.term);
      other.heardMs = nowMs;
      this.#learn(leader, other);
      if (this.#passes(other, leader)) leader.heard.add(other);
      if ((leader.matched.get(other) ?? 0) < leader.log.length) this.#replicate(leader, other);
    }
    if (nowMs - leader.countedMs < ELECTION_MS) return;
    leader.countedMs = nowMs;
    if (leader.heard.size + 1 < MAJORITY) leader.follow(undefined, leader.term);
    leader.heard.clear();
  }

  /** Follows another. Whoever led, stood still and learns that it does not lead any more, still ends the leases that ended by its count,
   * although they were renewed elsewhere: as etcd 3.4 does. */
  #depose(member: Member, leader: Member | undefined, term: number): void {
    const bootMs = member.machine.bootMs();
    const ended = [...(member.ends ?? [])].filter(([, endsMs]) => endsMs <= bootMs);
    member.follow(leader, term);
    for (const [lease] of ended)
      this.#timeline.after(2 * HEARTBEAT_MS, () => this.propose(member, { operation: { kind: 'revoke', lease } }));
  }

  #electFor(candidate: Member): void {
    const { nowMs } = this.#timeline;
    if (nowMs - candidate.heardMs < candidate.patienceMs) return;
    candidate.leader = undefined;
    candidate.losePatience();
    candidate.heardMs = nowMs - ELECTION_MS / 2;
    if (this.#random.next() < SPLIT_SHARE) return;
    const votes = this.members.filter((other) => other === candidate || this.#wouldVote(other, candidate));
    if (votes.length < MAJORITY) return;
    const term = Math.max(...votes.map((one) => one.term)) + 1;
    for (const one of votes) {
      one.follow(candidate, term);
      one.heardMs = nowMs;
    }
    this.elections++;
    candidate.leads = true;
    candidate.countedMs = nowMs;
    candidate.matched.clear();
    candidate.matched.set(candidate, candidate.log.length);
    candidate.sending.clear();
    candidate.heard.clear();
    this.#append(candidate, { operation: { kind: 'term' } });
  }

  #wouldVote(voter: Member, candidate: Member): boolean {
    const { nowMs } = this.#timeline;
    if (!voter.takesPart || !this.#joins(voter, candidate)) return false;
    if (voter.leads || (voter.leader !== undefined && nowMs - voter.heardMs < ELECTION_MS)) return false;
    const [mine, theirs] = [voter.lastTerm, candidate.lastTerm];
    return theirs > mine || (theirs === mine && candidate.log.length >= voter.log.length);
  }

  #lookForLeader(member: Member): void {
    const { nowMs } = this.#timeline;
    if (member.leads || member.leader !== undefined) {
      member.leaderlessMs = undefined;
      return;
    }
    member.leaderlessMs ??= nowMs;
    if (nowMs - member.leaderlessMs < LEADERLESS_MS) return;
    for (const stream of [...member.streams]) stream.end('no leader');
  }

  #endLeases(leader: Member): void {
    const bootMs = leader.machine.bootMs();
    for (const [lease, endsMs] of leader.ends ?? []) {
      if (endsMs > bootMs) continue;
      this.#append(leader, { operation: { kind: 'revoke', lease } });
    }
  }
}
