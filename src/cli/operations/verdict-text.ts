// Verdicts as people see them: a sign, a word, a colour, each of which says it without the others.
import { VERDICTS, type Verdict } from '#model/operations';
import type { Paint } from '../output.ts';

const SIGN: Readonly<Record<Verdict, string>> = {
  works: '✓',
  'works-locally': '⌂',
  queued: '…',
  refused: '✗',
  absent: '·',
};

const paintOf = (paint: Paint, verdict: Verdict): ((text: string) => string) =>
  ({ works: paint.good, 'works-locally': paint.good, queued: paint.warn, refused: paint.bad, absent: paint.dim })[
    verdict
  ];

export const VERDICT_WIDTH = Math.max(...VERDICTS.map((verdict) => verdict.length));

export const verdictSign = (paint: Paint, verdict: Verdict): string => paintOf(paint, verdict)(SIGN[verdict]);

/** The word, painted, filled up to the width of the longest. */
export const verdictWord = (paint: Paint, verdict: Verdict): string =>
  paintOf(paint, verdict)(verdict.padEnd(VERDICT_WIDTH));

export const verdictLegend = (paint: Paint): string =>
  VERDICTS.map((verdict) => `${verdictSign(paint, verdict)} ${verdict}`).join('   ');
