// The identity at the hub never ends while there is a link for it: it expires only when the hub was not heard for half its life, and then
// it comes back by an approval. It is never lost for good.
import type { Life } from '../run.ts';
import { DAY_MS } from '../world.ts';
import type { Checker } from './checkers.ts';

export function identityKept({ shared, hub, site }: Life): Checker {
  let contactMs: number | undefined;
  /** By the hub's clock somebody's time was wrong: what it says of ends is its own affair for a while. */
  let hubWasWrongMs = Number.NEGATIVE_INFINITY;
  return {
    name: 'identity-kept',
    saw(observation) {
      if (Math.abs(hub.clockErrorMs) > DAY_MS / 24) hubWasWrongMs = shared.nowMs;
      if (observation.kind === 'contact') contactMs = observation.sentMs;
      if (observation.kind !== 'expired' || contactMs === undefined) return undefined;
      if (shared.nowMs - hubWasWrongMs < 400 * DAY_MS) return undefined;
      const sinceMs = shared.nowMs - contactMs;
      return sinceMs >= 44 * DAY_MS
        ? undefined
        : `it ended, and the hub was heard ${Math.round(sinceMs / DAY_MS)} days ago`;
    },
    end() {
      const { identity } = site;
      if (!identity) return undefined;
      const mode = site.view()?.facts().mode;
      if (mode !== 'Connected') return `at the end it is ${mode}`;
      const leftMs = identity.endsMs - shared.nowMs;
      return leftMs > 44 * DAY_MS || shared.nowMs - hubWasWrongMs < 400 * DAY_MS
        ? undefined
        : `at the end the identity has ${Math.round(leftMs / DAY_MS)} days left`;
    },
  };
}
