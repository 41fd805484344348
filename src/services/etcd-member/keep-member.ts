// Has a voter's member of etcd started again when whom it is to trust was replaced: looks at all members, asks the plan, and restarts its own
// when that is its turn. What each was started with stands in etcd, where all voters read it; a key under a lease gives the turn to one.
import { messageOf } from '#base';
import type { Clock, Timer } from '#platform/clock';
import { sha256Of } from '#platform/digest';
import { readJsonIfPresent, readTextIfPresent, writeFileAtomic } from '#platform/disk';
import { connectEtcd, type Etcd, type EtcdOptions } from '#platform/etcd';
import type { Log } from '#platform/log';
import { ANSWER_MS, RESTART_TURN_MS, TRUST_LOOK_MS } from './limits.ts';
import { isInUseEverywhere, type MemberSeen, planMemberRestart, type RestartPlan } from './member-restart.plan.ts';

export interface MemberKeeperOptions {
  readonly self: string;
  readonly voters: readonly string[];
  /** How the members are reached, the own first, and each alone. */
  readonly etcd: EtcdOptions;
  memberOf(voter: string): EtcdOptions;
  /** Whom the member trusts from its next start on. */
  readonly anchorFile: string;
  /** What the running member was started with; in the run folder. */
  readonly recordFile: string;
  /** Names the process of the own member, another name after each start; undefined while none runs. */
  process(): string | undefined;
  /** Ends it in order and starts it again; resolves when it answers. */
  restart(): Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Made before the member is started: what one was started with that was not seen starting is not known, and it is restarted once. */
export interface MemberKeeper {
  /** What came of the last look; undefined while the members cannot be seen. */
  readonly plan: RestartPlan | undefined;
  /** Every voter has whom this one trusts, and its member was started with that. */
  isEverywhere(): boolean;
  close(): Promise<void>;
}

interface Said {
  readonly startedWith?: string;
  readonly wanted?: string;
}

interface Running {
  readonly process: string;
  readonly startedWith?: string;
}

const MEMBERS = '/holdfast/shared/members/';
const TURN = '/holdfast/shared/members-turn';
const EQUAL = 0;
const CREATE = 1;

/** Of the set that a file of certificates holds, in whatever order. */
export function trustOf(pem: string): string {
  const all = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  return sha256Of(all.toSorted().join('\n'));
}

export function keepMember(of: MemberKeeperOptions): MemberKeeper {
  return new Keeper(of);
}

class Keeper implements MemberKeeper {
  readonly #of: MemberKeeperOptions;
  readonly #client: Etcd;
  readonly #alone: ReadonlyMap<string, Etcd>;
  #running: Running | undefined;
  #wanted: string | undefined;
  #told: string | undefined;
  #members: readonly MemberSeen[] | undefined;
  #plan: RestartPlan | undefined;
  #timer: Timer | undefined;
  #turning: Promise<void>;
  #closed = false;

  constructor(of: MemberKeeperOptions) {
    this.#of = of;
    this.#client = connectEtcd({ ...of.etcd, timeoutMs: ANSWER_MS });
    const alone = (voter: string): Etcd => connectEtcd({ ...of.memberOf(voter), timeoutMs: ANSWER_MS });
    this.#alone = new Map(of.voters.map((voter) => [voter, alone(voter)]));
    this.#running = readRecord(of.recordFile);
    this.#lookAtOwn();
    this.#turning = this.#turn();
  }

  get plan(): RestartPlan | undefined {
    return this.#plan;
  }

  isEverywhere(): boolean {
    const { anchorFile } = this.#of;
    const pem = readTextIfPresent(anchorFile);
    return pem !== undefined && this.#members !== undefined && isInUseEverywhere(this.#members, trustOf(pem));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.#turning;
    this.#client.close();
    for (const client of this.#alone.values()) client.close();
  }

  async #turn(): Promise<void> {
    try {
      await this.#look();
      if (this.#plan?.kind === 'restart' && this.#plan.name === this.#of.self) await this.#takeTurn();
    } catch (error) {
      this.#plan = undefined;
      this.#members = undefined;
      this.#of.log.debug('the members of etcd cannot be seen', { error: messageOf(error) });
    }
    if (this.#closed) return;
    const again = (): void => {
      this.#turning = this.#turn();
    };
    this.#timer = this.#of.clock.after(TRUST_LOOK_MS, again, { background: true });
  }

  /** What this member was started with is known when the file was the same before and after it came up. */
  #lookAtOwn(): void {
    const { anchorFile, recordFile } = this.#of;
    const before = this.#wanted;
    const pem = readTextIfPresent(anchorFile);
    this.#wanted = pem === undefined ? undefined : trustOf(pem);
    const process = this.#of.process();
    if (process === undefined || process === this.#running?.process) return;
    const isKnown = before !== undefined && before === this.#wanted;
    this.#running = { process, ...(isKnown && { startedWith: before }) };
    writeFileAtomic(recordFile, JSON.stringify(this.#running));
  }

  async #look(): Promise<void> {
    const { self, voters } = this.#of;
    this.#lookAtOwn();
    const startedWith = this.#of.process() === undefined ? undefined : this.#running?.startedWith;
    const own: Said = {
      ...(startedWith !== undefined && { startedWith }),
      ...(this.#wanted !== undefined && { wanted: this.#wanted }),
    };
    const text = JSON.stringify(own);
    if (text !== this.#told) {
      const put = { request_put: { key: Buffer.from(`${MEMBERS}${self}`), value: Buffer.from(text) } };
      await this.#client.txn({ compare: [], success: [put] });
      this.#told = text;
    }
    const { kvs } = await this.#client.range({
      key: Buffer.from(MEMBERS),
      range_end: Buffer.from(`${MEMBERS.slice(0, -1)}0`),
    });
    const said = new Map(
      kvs.map(({ key, value }) => [key.toString().slice(MEMBERS.length), JSON.parse(value.toString()) as Said]),
    );
    this.#members = await Promise.all(voters.map((name) => this.#seen(name, said.get(name) ?? {})));
    this.#plan = planMemberRestart(this.#members);
  }

  async #seen(name: string, said: Said): Promise<MemberSeen> {
    try {
      const status = await this.#alone.get(name)?.status();
      const { leader = 0, raftAppliedIndex: applied = 0, header } = status ?? {};
      return { name, up: leader !== 0, leads: leader !== 0 && leader === header?.member_id, applied, ...said };
    } catch {
      // One that does not answer is waited for.
      return { name, up: false, leads: false, applied: 0, ...said };
    }
  }

  /** Only whoever has the turn restarts its member, after a look of its own. */
  async #takeTurn(): Promise<void> {
    const { self, log } = this.#of;
    const lease = crypto.getRandomValues(new Uint8Array(6)).reduce((number, byte) => number * 256 + byte, 0) + 1;
    await this.#client.grant(lease, RESTART_TURN_MS);
    try {
      const key = Buffer.from(TURN);
      const { succeeded } = await this.#client.txn({
        compare: [{ result: EQUAL, target: CREATE, key, create_revision: 0 }],
        success: [{ request_put: { key, value: Buffer.from(self), lease } }],
      });
      if (!succeeded) return;
      await this.#look();
      if (this.#plan?.kind !== 'restart' || this.#plan.name !== self || this.#closed) return;
      log.info('the member of etcd is restarted, since whom it trusts was replaced');
      await this.#of.restart();
      await this.#look();
    } finally {
      await this.#client.revoke(lease);
    }
  }
}

/** Nothing where it is lost or damaged: the member is then restarted once more than needed. */
function readRecord(file: string): Running | undefined {
  try {
    return readJsonIfPresent<Running>(file);
  } catch {
    return undefined;
  }
}
