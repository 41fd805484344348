// How far the system clock jumps in a drill: chosen by the seed among the ways in which clocks of machines go wrong.
import { seededRandom } from '#base';

export interface ClockShift {
  readonly shiftMs: number;
  /** What the system clock seems to say then, as a phrase. */
  readonly what: string;
}

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
/** The seed of a drill that names none: two years ahead. */
const USUAL_SEED = 0;

/** Source of 1970: a clock without a battery. Of 2099: firmware that overflows. */
export function clockShift(seed: number, now: number): ClockShift {
  const random = seededRandom(seed);
  const years = 2 + random.below(9);
  const choices: readonly ClockShift[] = [
    { shiftMs: years * YEAR_MS, what: `${years} years ahead` },
    { shiftMs: -years * YEAR_MS, what: `${years} years back` },
    { shiftMs: -now, what: 'at the beginning of 1970' },
    { shiftMs: Date.UTC(2099, 0, 1) - now, what: 'at the beginning of 2099' },
  ];
  const usual = { shiftMs: 2 * YEAR_MS, what: '2 years ahead' };
  return seed === USUAL_SEED ? usual : (choices[random.below(choices.length)] ?? usual);
}
