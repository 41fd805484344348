// A drill's report for people: each step as it is taken, then figures and the verdict.
import type { DrillReport, DrillStep } from '#model/site';
import { facts, type Paint, spanText } from '../output.ts';

const SPAN_WIDTH = 8;

export function stepText({ what, holds, tookMs }: DrillStep & { holds: boolean }, paint: Paint): string {
  const mark = holds ? paint.good('✓') : paint.bad('✗');
  return `  ${mark} ${paint.dim(spanText(tookMs).padStart(SPAN_WIDTH))}  ${what}`;
}

/** "trustedAgainMs" as "trusted again". */
const figureName = (name: string): string =>
  name.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

export function reportText(report: DrillReport, of: { readonly file: string; readonly paint: Paint }): string {
  const { paint, file } = of;
  const { drill, seed, startedAt, steps, figures, verdict, restored } = report;
  const failed = steps.filter(({ what }) => what.startsWith('failed: ')).length;
  const said =
    verdict === 'passed'
      ? paint.good(`passed, all ${steps.length} steps`)
      : paint.bad(`failed, ${failed} of ${steps.length} steps`);
  const text = facts(
    [
      ['drill', paint.bold(drill)],
      ['seed', String(seed)],
      ['started', startedAt],
      ...Object.entries(figures).map(([name, ms]) => [figureName(name), spanText(ms)] as const),
      ['verdict', said],
      ['put back', restored ? 'everything' : paint.bad('not yet; holdfastd tries on, see `holdfast events`')],
      ['report', file],
    ],
    paint,
  );
  return `\n${text}\n`;
}
