// A stream on which a lease is renewed at a member of the simulated etcd. Who leads renews by itself, and so does who led and does not
// know yet that it does not; others ask their leader. The term in an answer is that of the newest entry that the member asked had
// carried out when it was asked. Source: etcd 3.4, LeaseKeepAlive.
import { WorldError } from '#base';
import type { KeepAlive, Renewed } from '#platform/etcd';
import type { Process } from '../machine.ts';
import type { Member } from './member.ts';
import type { Quorum } from './quorum.ts';

export interface StreamOptions {
  readonly process: Process;
  readonly quorum: Quorum;
  readonly member: Member;
  failed(): void;
}

interface Asked {
  resolve(answer: Renewed): void;
  reject(error: WorldError): void;
}

export class RenewalStream implements KeepAlive {
  readonly #of: StreamOptions & { readonly lease: number };
  readonly #server: Process;
  readonly #asked: Asked[] = [];
  #ended: WorldError | undefined;

  constructor(of: StreamOptions & { readonly lease: number }) {
    this.#of = of;
    this.#server = of.member.process;
  }

  renew(): Promise<Renewed> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject });
      const { process, quorum } = this.#of;
      const { network } = quorum;
      const { name } = process.machine;
      if (!this.#server.alive && network.joins(name, this.#server.machine.name)) {
        process.after(1, () => this.#fail('connection refused'));
        return;
      }
      network.send(name, this.#server, 'again', () => this.#serve());
    });
  }

  giveUp(): void {
    this.#of.failed();
    this.close();
  }

  close(): void {
    this.#end(new WorldError('Unavailable', 'the renewal of the lease was closed'));
  }

  #serve(): void {
    const { member } = this.#of;
    const term = member.appliedTerm;
    if (member.ends) {
      this.#renewAt(member, term);
      return;
    }
    const { leader } = member;
    if (leader === undefined) {
      this.#back(() => this.#fail('no leader'));
      return;
    }
    const { network } = this.#of.quorum;
    network.send(member.name, leader.process, 'again', () => {
      if (leader.ends) this.#renewAt(leader, term);
      else this.#back(() => this.#fail('not primary'));
    });
  }

  #renewAt(leader: Member, term: number): void {
    const { lease, quorum } = this.#of;
    const { space } = quorum;
    const endsMs = leader.ends?.get(lease);
    if (endsMs === undefined || !space.hasLease(lease, leader.committed)) {
      this.#back(() => this.#answer((asked) => asked.reject(new WorldError('NotFound', 'the lease has ended'))));
      return;
    }
    const bootMs = leader.machine.bootMs();
    // It waits until the end of the lease is agreed on, which nobody has to tell.
    if (endsMs <= bootMs) return;
    const ttlMs = space.leases.get(lease)?.ttlMs ?? 0;
    leader.ends?.set(lease, bootMs + ttlMs);
    this.#back(() => this.#answer((asked) => asked.resolve({ ttlMs, term })));
  }

  #back(act: () => void): void {
    this.#of.quorum.network.send(this.#of.member.name, this.#of.process, 'again', act);
  }

  #answer(act: (asked: Asked) => void): void {
    const asked = this.#asked.shift();
    if (asked) act(asked);
  }

  #fail(why: string): void {
    if (this.#ended) return;
    this.#of.failed();
    this.#end(new WorldError('Unavailable', `etcd ${this.#of.member.name}: renew a lease: ${why}`));
  }

  #end(error: WorldError): void {
    this.#ended ??= error;
    for (const { reject } of this.#asked.splice(0)) reject(error);
  }
}
