// When a site cannot but believe a wrong time: nothing contradicts a clock chip that is days off, or whoever is trusted says it. From
// the ground truth alone. Until somebody honest is heard, what follows from that time is excused, and nothing else is.
import type { Observation } from '../world.ts';

export class BelievedWrong {
  #is = false;
  #wasSlip = false;

  get is(): boolean {
    return this.#is;
  }

  /** Somebody else said it. */
  believe(): void {
    this.#is = true;
  }

  saw(observation: Observation): void {
    if (observation.kind === 'booted' && !observation.isHonest) this.#is = true;
    if (observation.kind === 'undone' && this.#wasSlip) this.#is = false;
    // Whoever lies may be believed at once; whoever does not puts things right when the site has taken it in.
    if (observation.kind === 'sampled' && !observation.isHonest) this.#is = true;
    if (observation.kind !== 'took') return;
    this.#is = !observation.isHonest;
    this.#wasSlip = observation.source === 'operator' && !observation.isHonest;
  }
}
