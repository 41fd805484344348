// Verdicts with their reasons: of every operation in one pair of plane and mode, or of one operation in every pair.
import { sameJson } from '#base';
import { AREAS, NAME_LENGTH_MAX, type Operation, type Ruling, sourceText, verdictOf } from '#model/operations';
import type { Standing } from '#model/site';
import type { Paint } from '../output.ts';
import { VERDICT_WIDTH, verdictLegend, verdictWord } from './verdict-text.ts';
import { hanging } from './wrap.ts';

interface Page {
  readonly paint: Paint;
  readonly columns: number;
}

/** Reason and workaround below each other, from column `indent` on. */
function why({ reason, workaround }: Ruling, indent: number, { paint, columns }: Page): string {
  const instead = workaround === null ? [] : [paint.dim(hanging(`instead: ${workaround}`, { indent, columns }))];
  return [hanging(reason, { indent, columns }), ...instead].join(`\n${' '.repeat(indent)}`);
}

export function operationsReasons(operations: readonly Operation[], pair: Standing, page: Page): string {
  const { paint } = page;
  const indent = 2 + NAME_LENGTH_MAX + 2 + VERDICT_WIDTH + 2;
  const line = (operation: Operation): string => {
    const ruling = verdictOf(operation, pair);
    return `  ${operation.name.padEnd(NAME_LENGTH_MAX)}  ${verdictWord(paint, ruling.verdict)}  ${why(ruling, indent, page)}`;
  };
  const areas = AREAS.map((area) => ({ area, inArea: operations.filter((operation) => operation.area === area) }));
  return [
    ...areas.flatMap(({ area, inArea }) => (inArea.length === 0 ? [] : [paint.bold(area), ...inArea.map(line), ''])),
    verdictLegend(paint),
  ].join('\n');
}

const FACT_WIDTH = 'operation'.length;
const PLANE_WIDTH = 'local'.length;
const STANDING_WIDTH = 'local SemiConnected'.length;

export function operationPage(
  operation: Operation,
  of: { now: Standing; pairs: readonly Standing[] },
  page: Page,
): string {
  const { paint, columns } = page;
  const fact = (name: string, value: string): string => `${paint.dim(name.padEnd(FACT_WIDTH))}  ${value}`;
  const told = (value: string): string => hanging(value, { indent: FACT_WIDTH + 2, columns });
  const here = verdictOf(operation, of.now);
  const indent = 2 + STANDING_WIDTH + 2 + VERDICT_WIDTH + 2;
  const line = (pair: Standing, i: number): string => {
    const ruling = verdictOf(operation, pair);
    const before = of.pairs[i - 1];
    const isSame = before !== undefined && sameJson(verdictOf(operation, before), ruling);
    const isHere = pair.plane === of.now.plane && pair.mode === of.now.mode;
    const mark = isHere ? paint.bold('›') : ' ';
    const name = `${pair.plane.padEnd(PLANE_WIDTH)} ${pair.mode}`.padEnd(STANDING_WIDTH);
    const reason = isSame ? paint.dim('the same') : why(ruling, indent, page);
    return `${mark} ${name}  ${verdictWord(paint, ruling.verdict)}  ${reason}`;
  };
  return [
    fact('operation', `${paint.bold(operation.name)}  ${operation.title}`),
    fact('area', operation.area),
    fact('doors', operation.doors.join(', ')),
    fact('source', told(sourceText(operation))),
    fact('verdict', `${verdictWord(paint, here.verdict).trimEnd()} on plane ${of.now.plane} in mode ${of.now.mode}`),
    fact('reason', told(here.reason)),
    ...(here.workaround === null ? [] : [fact('instead', told(here.workaround))]),
    '',
    ...of.pairs.map(line),
  ].join('\n');
}
