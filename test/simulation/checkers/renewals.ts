// Every short certificate is renewed before its end as long as the site runs, and never in a storm: what is issued in a day is bounded by
// the certificates there are, once for each thing that gave a reason.
import { SPECS } from '../pki.ts';
import type { Life } from '../run.ts';
import { DAY_MS } from '../world.ts';
import type { Checker } from './checkers.ts';

export function renewals({ shared }: Life): Checker {
  let day = 0;
  let issued = 0;
  let reasons = 0;
  /** True until the site has run for a while in one piece. */
  let hasStumbled = true;
  return {
    name: 'renewals',
    saw(observation) {
      const today = Math.floor(shared.nowMs / DAY_MS);
      if (today !== day) {
        [day, issued, reasons] = [today, 0, 1];
        hasStumbled = false;
      }
      if (['started', 'replanned', 'rolled'].includes(observation.kind)) {
        reasons++;
        hasStumbled = true;
      }
      if (observation.kind !== 'issued') return undefined;
      issued++;
      const { name, leftMs, reason } = observation;
      if (reason === 'renewal due' && leftMs <= 0 && !hasStumbled) return `${name} was renewed after its end`;
      return issued <= SPECS.length * reasons
        ? undefined
        : `${issued} certificates were issued in a day, for ${reasons} reasons`;
    },
  };
}
