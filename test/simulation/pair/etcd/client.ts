// The way from a process to the members of the simulated etcd, as the client over gRPC goes it: a call goes to the member whose turn it
// is, has a deadline, is never sent twice, and passes the turn on when it fails. An answer may be lost after the call took effect, and
// a call may take effect long after nobody waits for it any more.
import { assert, WorldError } from '#base';
import type {
  Etcd,
  EtcdOptions,
  EtcdWatch,
  KeepAlive,
  RangeRequest,
  RangeResponse,
  StatusResponse,
  TxnRequest,
  TxnResponse,
} from '#platform/etcd';
import type { Process } from '../machine.ts';
import type { Operation } from './key-space.ts';
import type { Member } from './member.ts';
import type { Quorum } from './quorum.ts';
import { RenewalStream } from './renewal.ts';
import { WatchStream } from './watch.ts';

const TIMEOUT_MS = 5_000;
/** Connections that cannot be made fail at once, or hang. */
const FAST_FAILURE_SHARE = 0.5;
/** What a member's database takes without anything else in it. */
const DATABASE_BYTES = 1_000_000;
/** Some calls that nobody waits for any more arrive all the same. */
const AGAIN_SHARE = 0.5;

interface Call<T> {
  readonly what: string;
  serve(member: Member, answer: (value: T) => void, refuse: (why: string) => void): void;
}

export const unavailable = (why: string): WorldError => new WorldError('Unavailable', why);

export class SimulatedEtcd implements Etcd {
  readonly #process: Process;
  readonly #quorum: Quorum;
  readonly #members: readonly Member[];
  readonly #timeoutMs: number;
  readonly #streams = new Set<{ close(): void }>();
  #turn = 0;

  constructor(process: Process, quorum: Quorum, { endpoints, timeoutMs }: EtcdOptions) {
    this.#process = process;
    this.#quorum = quorum;
    this.#members = endpoints.flatMap((name) => quorum.members.filter((member) => member.name === name));
    this.#timeoutMs = timeoutMs ?? TIMEOUT_MS;
    assert(this.#members.length > 0, 'etcd has an endpoint');
  }

  range(request: RangeRequest): Promise<RangeResponse> {
    return this.#call({
      what: 'Range',
      serve: (member, answer, refuse) => this.#read(member, request, { answer, refuse }),
    });
  }

  txn(request: TxnRequest): Promise<TxnResponse> {
    const { compare, success, failure } = request;
    const ranges = success.flatMap((op) => ('request_range' in op ? [op.request_range] : []));
    if (compare.length > 0 || failure !== undefined || ranges.length < success.length)
      return this.#propose('Txn', { kind: 'txn', request }).then((txn) => {
        assert(txn !== undefined, 'a transaction has an answer');
        return txn;
      });
    return this.#call({
      what: 'Txn',
      serve: (member, answer) =>
        this.#later(member, () => {
          const revision = this.#quorum.space.revisionAt(member.committed);
          const term = member.appliedTerm;
          const responses = ranges.map((range) => ({
            response_range: this.#quorum.space.rangeAt(range, revision, term),
          }));
          answer({ header: { revision, raft_term: term }, succeeded: true, responses });
        }),
    });
  }

  async compact(revision: number): Promise<void> {
    await this.#propose('Compact', { kind: 'compact', revision });
  }

  status(): Promise<StatusResponse> {
    return this.#call({
      what: 'Status',
      serve: ({ ballastBytes }, answer) => {
        const bytes = DATABASE_BYTES + ballastBytes;
        answer({ version: 'simulated', dbSize: bytes, dbSizeInUse: bytes });
      },
    });
  }

  async grant(lease: number, ttlMs: number): Promise<{ readonly ttlMs: number }> {
    await this.#propose('LeaseGrant', { kind: 'grant', lease, ttlMs });
    return { ttlMs: this.#quorum.space.leases.get(lease)?.ttlMs ?? 0 };
  }

  async revoke(lease: number): Promise<void> {
    await this.#propose('LeaseRevoke', { kind: 'revoke', lease });
  }

  keepAlive(lease: number): KeepAlive {
    const member = this.#member();
    const stream = new RenewalStream({
      process: this.#process,
      quorum: this.#quorum,
      member,
      lease,
      failed: () => this.#passTurn(member),
    });
    this.#streams.add(stream);
    return stream;
  }

  watch(watch: EtcdWatch): { stop(): void } {
    const member = this.#member();
    const stream = new WatchStream({
      process: this.#process,
      quorum: this.#quorum,
      member,
      watch,
      failed: () => this.#passTurn(member),
    });
    this.#streams.add(stream);
    return { stop: () => stream.close() };
  }

  close(): void {
    for (const stream of this.#streams) stream.close();
  }

  #member(): Member {
    const member = this.#members[this.#turn % this.#members.length];
    assert(member !== undefined, 'etcd has an endpoint');
    return member;
  }

  #passTurn(from: Member): void {
    if (this.#member() === from) this.#turn++;
  }

  /** Shows what the member has carried out once a majority was asked after the call came. */
  #later(member: Member, act: () => void): void {
    const { timeline } = member.machine;
    timeline.after(this.#quorum.network.delayMs(), () =>
      this.#quorum.read(member, act, timeline.nowMs + this.#timeoutMs),
    );
  }

  #read(
    member: Member,
    request: RangeRequest,
    on: { answer(value: RangeResponse): void; refuse(why: string): void },
  ): void {
    this.#later(member, () => {
      const { space } = this.#quorum;
      const now = space.revisionAt(member.committed);
      if (request.revision !== undefined && request.revision < space.compactedAt(member.committed))
        return on.refuse('required revision has been compacted');
      const shown = space.rangeAt(request, request.revision ?? now, member.appliedTerm);
      on.answer({ ...shown, header: { revision: now, raft_term: member.appliedTerm } });
    });
  }

  #propose(what: string, operation: Operation): Promise<TxnResponse | undefined> {
    return this.#call({
      what,
      serve: (member, answer, refuse) => {
        const { process } = member;
        const settle = (index: number): void => {
          const applied = this.#quorum.space.applied[index - 1];
          assert(applied !== undefined, 'it was carried out');
          if (applied.answer.kind === 'refused') refuse(applied.answer.why);
          else answer(applied.answer.txn && { ...applied.answer.txn });
        };
        this.#quorum.propose(member, { operation, origin: { process, settle } });
      },
    });
  }

  #call<T>({ what, serve }: Call<T>): Promise<T> {
    const member = this.#member();
    const { machine } = this.#process;
    const { network } = this.#quorum;
    const { random } = machine;
    return new Promise((resolve, reject) => {
      let isOver = false;
      const end = (act: () => void): void => {
        if (isOver) return;
        isOver = true;
        deadline.cancel();
        act();
      };
      const fail = (why: string): void =>
        end(() => {
          this.#passTurn(member);
          reject(new WorldError('Unavailable', `etcd ${member.name}: ${what}: ${why}`, { attempted: what }));
        });
      const deadline = this.#process.after(this.#timeoutMs, () => fail('deadline exceeded'));
      const back = (act: () => void): void => {
        if (random.next() >= this.#quorum.loss) network.send(member.name, this.#process, 'again', act);
      };
      const { process } = member;
      const isReached = process.alive && network.joins(machine.name, member.name);
      if (!isReached && random.next() < FAST_FAILURE_SHARE) {
        this.#process.after(1 + random.next() * 20, () => fail('connection refused'));
        return;
      }
      const manner = random.next() < AGAIN_SHARE ? 'again' : 'lost';
      network.send(machine.name, process, manner, () => {
        serve(
          member,
          (value) => back(() => end(() => resolve(value))),
          (why) => back(() => fail(why)),
        );
      });
    });
  }
}
