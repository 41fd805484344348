// What every voter does about fences, the witness too: refuses the traffic of a fenced node, and then says so.
import type { SiteSeen } from '#engine/failover';
import type { SiteAgreement } from './agreement.ts';
import type { FailoverHands } from './contract.ts';

export interface RefusingOptions {
  readonly self: string;
  readonly agreement: SiteAgreement;
  readonly hands: Pick<FailoverHands, 'refuse'>;
  failed(error: unknown): void;
}

export class Refusing {
  readonly #of: RefusingOptions;
  #busy = false;
  /** As whom this life has refused last; whom an earlier one did, is not known. */
  #refused: string | undefined;

  constructor(of: RefusingOptions) {
    this.#of = of;
  }

  /** Makes it so, one at a time; what has changed meanwhile is seen at the next call. */
  carryOut(seen: SiteSeen): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#makeSo(seen)
      .catch((error: unknown) => this.#of.failed(error))
      .finally(() => {
        this.#busy = false;
      });
  }

  async #makeSo({ fences }: SiteSeen): Promise<void> {
    const { self, agreement, hands } = this.#of;
    const others = fences.filter(({ node }) => node !== self);
    const nodes = others.map(({ node }) => node);
    const wanted = others.map(({ node, epoch }) => `${node}@${epoch}`).join();
    if (wanted !== this.#refused) await hands.refuse(nodes);
    this.#refused = wanted;
    for (const fence of others) if (!fence.acks.includes(self)) await agreement.acknowledge(fence);
  }
}
