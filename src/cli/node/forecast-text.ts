// How the forecast is shown to people: the budget, then each loss with its arithmetic and with those who would have no place.
import { amountText } from '#engine/scheduling';
import type { LossForecast, PairForecast } from '#model/site';
import type { Context } from '../context.ts';
import { facts, table } from '../output.ts';

const BREACH_TEXT = { refuse: 'refused', warn: 'let in with a warning' } as const;

function budgetFacts({ outPaint: paint }: Context, { budgetPercent, budget, breach, whole }: PairForecast): string {
  const sums = budget.map(({ resource, requested, allowed }): [string, string] => {
    const text = `${amountText(resource, requested)} of ${amountText(resource, allowed)} asked for`;
    return [resource, requested > allowed ? paint.bad(text) : text];
  });
  const judged = whole
    ? BREACH_TEXT[breach]
    : `${paint.warn('let in')}: a node is away or takes no pods; ${BREACH_TEXT[breach]} otherwise`;
  return facts(
    [['budget', `${budgetPercent} percent of each node`], ...sums, ['pods that would break it', judged]],
    paint,
  );
}

function lossText({ outPaint: paint }: Context, loss: LossForecast): string {
  const { node, survives, resources, wouldNotFit, wouldEnd, more } = loss;
  const verdict = survives ? paint.good('survived') : paint.bad('not survived');
  const rows = resources.map(({ resource, allocatable, requestedNow, requestedThen }) => {
    const then = amountText(resource, requestedThen);
    return [
      `  ${resource}`,
      amountText(resource, requestedNow),
      requestedThen > allocatable ? paint.bad(then) : then,
      amountText(resource, allocatable),
    ];
  });
  const sums = rows.length === 0 ? [] : [table(['  on what is left', 'asked now', 'asked then', 'there'], rows, paint)];
  const unfit = wouldNotFit.map(({ pod, reason, device }) => {
    const mark = device === undefined ? paint.bad('✗') : paint.warn('!');
    return `  ${mark} ${pod}: ${reason}`;
  });
  const ended = wouldEnd.map((pod) => `  ${paint.dim('·')} ${pod}: ends with its node`);
  const hidden = more.wouldNotFit + more.wouldEnd;
  const others = hidden === 0 ? [] : [paint.dim(`  and ${hidden} more`)];
  return [`loss of ${paint.bold(node)}: ${verdict}`, ...sums, ...unfit, ...ended, ...others].join('\n');
}

export const forecastText = (context: Context, forecast: PairForecast): string =>
  `${[budgetFacts(context, forecast), ...forecast.losses.map((loss) => lossText(context, loss))].join('\n\n')}\n`;
