// The time servers that a simulated site is configured with: five, two of which lie, each in its own way. They stand in the site's own
// network or behind the link; sometimes only the liars are reached.
import type { NtpAnswer } from '#engine/clock';
import { chance, DAY_MS, type Shared, spread, YEAR_MS } from './world.ts';

const SERVERS = 5;
const LIARS = 2;

export class TimeServers {
  readonly #shared: Shared;
  readonly #isBehindLink: boolean;
  readonly #lieMs: number;
  reached: 'all' | 'liars' | 'none' = 'none';
  #isConfigured = false;

  constructor(shared: Shared) {
    this.#shared = shared;
    const { random } = shared;
    this.#isBehindLink = chance(random, 0.5);
    this.#isConfigured = chance(random, 0.7);
    this.#lieMs = (chance(random, 0.5) ? 1 : -1) * spread(random, DAY_MS, 8 * YEAR_MS);
  }

  /** Their times, in `offsetMs`; who asks takes his own away. */
  answers(linkIsUp: boolean): { answers: readonly NtpAnswer[]; configured: number; isHonest: boolean } | undefined {
    const { nowMs, random } = this.#shared;
    if (!this.#isConfigured || this.reached === 'none' || (this.#isBehindLink && !linkIsUp)) return undefined;
    const answers: NtpAnswer[] = [];
    for (let i = 0; i < SERVERS; i++) {
      const lies = i < LIARS;
      if (!lies && this.reached === 'liars') continue;
      const errorMs = lies ? this.#lieMs : random.below(40) - 20;
      answers.push({ server: `server-${i}`, offsetMs: nowMs + errorMs, uncertaintyMs: 50 });
    }
    return { answers, configured: SERVERS, isHonest: this.reached === 'all' };
  }
}
