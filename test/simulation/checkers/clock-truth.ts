// A bad boot leaves nothing behind: once somebody honest was heard, or the machine starts with a clock that is right, the site's time is the
// true one, or the site says that it is in doubt. It is never wrong in silence unless it cannot know better.
import type { Life } from '../run.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../world.ts';
import { BelievedWrong } from './believed-wrong.ts';
import type { Checker } from './checkers.ts';

/** Of an oscillator in a simulated machine, and some more. */
const DRIFT = 110e-6;
/** A system clock that ran badly for years, and that nobody set, may be read in either way. */
const READ_MS = DAY_MS;

export function clockTruth({ shared, site }: Life): Checker {
  const wrong = new BelievedWrong();
  /** When the time was last known to be right, and by how much it may have been off then. */
  let anchor = { atMs: shared.nowMs, offMs: 0 };
  const errorMs = (): number => (site.view()?.clock.now() ?? shared.nowMs) - shared.nowMs;
  return {
    name: 'clock-truth',
    saw(observation) {
      wrong.saw(observation);
      if (observation.kind === 'booted' && observation.isHonest) anchor = { atMs: shared.nowMs, offMs: READ_MS };
      if (observation.kind === 'took' && observation.isHonest) anchor = { atMs: shared.nowMs, offMs: 5 * SECOND_MS };
      const view = site.view();
      // While a start is in doubt, whoever sets the system clock is believed.
      const isSet = observation.kind === 'fault' && /"system-set","(toMs|byMs":-?[1-9])/.test(observation.text);
      if (isSet && view?.clock.state.doubt?.kind.startsWith('boot')) wrong.believe();
      if (observation.kind !== 'step' || !view || wrong.is || view.clock.state.doubt) return undefined;
      const boundMs = anchor.offMs + DRIFT * (shared.nowMs - anchor.atMs);
      if (Math.abs(errorMs()) <= boundMs) return undefined;
      return `the site's time is ${Math.round(errorMs() / MINUTE_MS)} min off, and nobody says so`;
    },
    end() {
      const view = site.view();
      if (!view) return 'the site does not run';
      const { doubt } = view.clock.state;
      if (doubt) return `still in doubt: ${doubt.kind}`;
      return Math.abs(errorMs()) < 2 * MINUTE_MS ? undefined : `at the end the time is ${errorMs()} ms off`;
    },
  };
}
