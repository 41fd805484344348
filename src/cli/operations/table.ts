// `operations`: what works, on which plane and in which mode, with reasons and workarounds.
import { clockOfFolder, foldersOf, type SiteStanding, siteStanding } from '#host';
import { OPERATIONS, type Operation, operationNamed, sourceText, verdictOf } from '#model/operations';
import type { Standing } from '#model/site';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type AskedPairs, askedPairs, askedStanding, LEGAL_PAIRS } from './asked.ts';
import { operationsMatrix } from './matrix.ts';
import { operationPage, operationsReasons } from './reasons.ts';
import { columnsOf } from './wrap.ts';

interface OperationsOptions extends CommonOptions, AskedPairs {
  readonly operation?: string;
}

/** An entry as a document, with its verdicts in these pairs. */
function entryOf(operation: Operation, pairs: readonly Standing[]) {
  const planes = [...new Set(pairs.map(({ plane }) => plane))];
  const inPlane = (plane: Standing['plane']) => pairs.filter((pair) => pair.plane === plane);
  return {
    name: operation.name,
    title: operation.title,
    area: operation.area,
    source: sourceText(operation),
    doors: operation.doors,
    verdicts: Object.fromEntries(
      planes.map((plane) => [
        plane,
        Object.fromEntries(inPlane(plane).map((pair) => [pair.mode, verdictOf(operation, pair)])),
      ]),
    ),
  };
}

function standsText(context: Context, options: OperationsOptions, found: SiteStanding): string {
  const { plane, mode } = found.standing;
  const { outPaint: paint } = context;
  if (!found.isThere)
    return paint.dim(`no site in ${context.dataOf(options)}: as before activation, plane ${plane}, mode ${mode}`);
  return `${paint.dim('this site:')} plane ${paint.bold(plane)}, mode ${paint.bold(mode)}`;
}

function oneOperation(context: Context, options: OperationsOptions, found: SiteStanding): void {
  const operation = operationNamed(options.operation ?? '');
  const now = askedStanding(options, found.standing);
  if (options.json) {
    context.printJson({ ...now, operation: entryOf(operation, LEGAL_PAIRS), ...verdictOf(operation, now) });
    return;
  }
  const page = { paint: context.outPaint, columns: columnsOf(context.out) };
  const text = operationPage(operation, { now, pairs: LEGAL_PAIRS }, page);
  context.out.write(`${text}\n\n${standsText(context, options, found)}\n`);
}

function wholeTable(context: Context, options: OperationsOptions, found: SiteStanding): void {
  const pairs = askedPairs(options);
  if (options.json) {
    context.printJson({ ...found.standing, operations: OPERATIONS.map((operation) => entryOf(operation, pairs)) });
    return;
  }
  const { outPaint: paint } = context;
  const columns = columnsOf(context.out);
  const [only] = pairs;
  const text =
    pairs.length === 1 && only !== undefined
      ? `${paint.dim('asked for:')} plane ${paint.bold(only.plane)}, mode ${paint.bold(only.mode)}\n\n${operationsReasons(OPERATIONS, only, { paint, columns })}`
      : operationsMatrix({ pairs, now: found.standing, operations: OPERATIONS, paint, columns });
  const hint = paint.dim(`why, and what to do instead: ${context.commandFor(options, 'operations --operation NAME')}`);
  context.out.write(`${standsText(context, options, found)}\n${pairs.length === 1 ? '' : '\n'}${text}\n${hint}\n`);
}

export function operationsVerb(context: Context): Verb {
  return {
    declaration: declare(
      'operations',
      'what works on which plane and in which mode, and what to do instead',
      'holdfast operations --mode Disconnected --plane hub',
    )
      .option('--mode <mode>', 'only in this mode: NotActivated, Connected, SemiConnected, Disconnected')
      .option('--plane <plane>', 'only on this plane: local, hub')
      .option('--operation <name>', 'this operation alone, with its verdict now'),
    operation: 'operations-show',
    async run(given) {
      const options = given as OperationsOptions;
      const data = context.dataOf(options);
      const found = siteStanding(foldersOf(data), clockOfFolder(data, context.clock).now());
      if (options.operation === undefined) wholeTable(context, options, found);
      else oneOperation(context, options, found);
      return EXIT.done;
    },
  };
}
