// A watch at a member of the simulated etcd: changes in the order of revisions, from the one asked for, as the member carries them out.
// It breaks when the way is cut for long, when the member ends, and when that has been without a leader for a while.
import { WorldError } from '#base';
import type { EtcdWatch, WatchResponse } from '#platform/etcd';
import type { Process } from '../machine.ts';
import { chance, spread } from '../world.ts';
import type { StreamOptions } from './renewal.ts';

/** A connection on which nothing comes back is given up after this. */
const PATIENCE_MS = 8_000;
const AGAIN_MS = 200;
/** Some streams lag behind. */
const LAGGING_SHARE = 0.2;
const LAG_MS = { least: 5, most: 1_500 } as const;

export class WatchStream {
  readonly #of: StreamOptions & { readonly watch: EtcdWatch };
  readonly #server: Process;
  readonly #from: string;
  readonly #to: string;
  readonly #server_ = { push: () => this.#push(), end: (why: string) => this.#last(why) };
  /** On the way, in order. */
  readonly #sent: (() => void)[] = [];
  readonly #lagMs: number;
  #next: number;
  #stopped = false;
  #blockedSinceMs: number | undefined;

  constructor(of: StreamOptions & { readonly watch: EtcdWatch }) {
    this.#of = of;
    this.#server = of.member.process;
    this.#from = Buffer.from(of.watch.key).toString('latin1');
    this.#to = Buffer.from(of.watch.rangeEnd).toString('latin1');
    const { random } = of.process.machine;
    this.#lagMs = chance(random, LAGGING_SHARE) ? spread(random, LAG_MS.least, LAG_MS.most) : 0;
    this.#next = of.watch.from;
    this.#open();
    this.#look();
  }

  close(): void {
    this.#stopped = true;
    this.#of.member.streams.delete(this.#server_);
  }

  #open(): void {
    const { process, quorum, member } = this.#of;
    quorum.network.send(process.machine.name, this.#server, 'again', () => {
      if (this.#stopped) return;
      member.streams.add(this.#server_);
      this.#push();
    });
  }

  /** Everything that the member has carried out and not sent. */
  #push(): void {
    const { space } = this.#of.quorum;
    const { member } = this.#of;
    const revision = space.revisionAt(member.committed);
    const compacted = space.compactedAt(member.committed);
    if (this.#next <= compacted) {
      this.#last('required revision has been compacted');
      return;
    }
    const events: WatchResponse['events'][number][] = [];
    for (let at = space.changeFrom(this.#next); at < space.changes.length; at++) {
      const change = space.changes[at];
      if (change === undefined || change.revision > revision) break;
      if (change.key >= this.#from && change.key < this.#to) events.push({ type: change.type, kv: change.kv });
    }
    this.#next = Math.max(this.#next, revision + 1);
    if (events.length === 0) return;
    const header = { revision, raft_term: member.appliedTerm };
    const response = { header, created: false, canceled: false, compact_revision: 0, cancel_reason: '', events };
    this.#send(() => this.#of.watch.response(response));
  }

  #last(why: string): void {
    this.#of.member.streams.delete(this.#server_);
    this.#send(() => this.#ended(why));
  }

  #send(act: () => void): void {
    this.#sent.push(act);
    const { network } = this.#of.quorum;
    this.#of.member.machine.timeline.after(this.#lagMs + network.delayMs(), () => this.#arrive());
  }

  /** What was sent first arrives first, once the way is whole. */
  #arrive(): void {
    const { quorum, member, process } = this.#of;
    if (this.#stopped || this.#sent.length === 0) return;
    if (!quorum.network.passes(member.name, process.machine.name)) {
      member.machine.timeline.after(AGAIN_MS, () => this.#arrive());
      return;
    }
    process.deliver(() => {
      if (!this.#stopped) this.#sent.shift()?.();
    });
  }

  /** Notices in time that the other end is gone. */
  #look(): void {
    this.#of.process.after(AGAIN_MS, () => {
      if (this.#stopped) return;
      const { quorum, process } = this.#of;
      const { nowMs } = process.machine.timeline;
      const joins = quorum.network.joins(process.machine.name, this.#server.machine.name);
      if (joins && !this.#server.alive) return this.#ended('connection reset');
      if (joins && this.#server.runs) this.#blockedSinceMs = undefined;
      else this.#blockedSinceMs ??= nowMs;
      if (this.#blockedSinceMs !== undefined && nowMs - this.#blockedSinceMs > PATIENCE_MS)
        return this.#ended('keepalive failed');
      this.#look();
    });
  }

  #ended(why: string): void {
    if (this.#stopped) return;
    this.close();
    this.#of.failed();
    this.#of.watch.ended(new WorldError('Unavailable', `etcd ended the watch: ${why}`));
  }
}
