// One lease, renewed over a stream of its own: a question and its answer at a time, in order.
import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import { WorldError } from '#base';
import type { KeepAlive, Renewed } from './contract.ts';
import type { LeaseKeepAliveResponse } from './messages.ts';

interface Asked {
  resolve(answer: Renewed): void;
  reject(error: WorldError): void;
}

export class RenewalStream implements KeepAlive {
  readonly #stream: ClientDuplexStream<unknown, LeaseKeepAliveResponse>;
  readonly #lease: number;
  readonly #gaveUp: () => void;
  readonly #asked: Asked[] = [];
  #ended: WorldError | undefined;

  constructor(
    stream: ClientDuplexStream<unknown, LeaseKeepAliveResponse>,
    lease: number,
    on: { failed(error: ServiceError): WorldError; gaveUp(): void },
  ) {
    this.#stream = stream;
    this.#lease = lease;
    this.#gaveUp = () => on.gaveUp();
    stream.on('data', ({ header, TTL }: LeaseKeepAliveResponse) => {
      const asked = this.#asked.shift();
      if (TTL > 0) asked?.resolve({ ttlMs: TTL * 1000, term: header.raft_term });
      else asked?.reject(new WorldError('NotFound', 'the lease has ended', { attempted: 'renew a lease' }));
    });
    stream.on('error', (error: ServiceError) => this.#end(on.failed(error)));
    stream.on('end', () => this.#end(new WorldError('Unavailable', 'etcd ended the renewal of a lease')));
  }

  renew(): Promise<Renewed> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject });
      this.#stream.write({ ID: this.#lease });
    });
  }

  giveUp(): void {
    this.#gaveUp();
    this.close();
  }

  close(): void {
    this.#end(new WorldError('Unavailable', 'the renewal of the lease was closed'));
    this.#stream.cancel();
  }

  #end(error: WorldError): void {
    this.#ended ??= error;
    for (const { reject } of this.#asked.splice(0)) reject(error);
  }
}
