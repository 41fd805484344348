// One lease, renewed over a stream of its own: a question and its answer at a time, in order.
import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import { WorldError } from '#base';
import type { LeaseKeepAliveResponse } from './messages.ts';

interface Asked {
  resolve(answer: { readonly ttlMs: number }): void;
  reject(error: WorldError): void;
}

export class KeepAlive {
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
    stream.on('data', ({ TTL }: LeaseKeepAliveResponse) => {
      const asked = this.#asked.shift();
      if (TTL > 0) asked?.resolve({ ttlMs: TTL * 1000 });
      else asked?.reject(new WorldError('NotFound', 'the lease has ended', { attempted: 'renew a lease' }));
    });
    stream.on('error', (error: ServiceError) => this.#end(on.failed(error)));
    stream.on('end', () => this.#end(new WorldError('Unavailable', 'etcd ended the renewal of a lease')));
  }

  /** For how long the lease holds from the sending of this on. Errors: WorldError `NotFound` (it has ended), `Unavailable`
   * (another stream is needed). */
  renew(): Promise<{ readonly ttlMs: number }> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject });
      this.#stream.write({ ID: this.#lease });
    });
  }

  /** No answer came in time: the next stream goes to another member. */
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
