// `drill run`: runs a drill on the running site, after asking, and reports what was done and seen.
import { InvalidArgumentError } from 'commander';
import { nearestOf, WorldError } from '#base';
import { DRILLS, type Drill } from '#engine/drill';
import { drillOutlook, runDrill } from '#host';
import { isPairDrill } from '#model/site';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { reportText, stepText } from './report-text.ts';

interface RunOptions extends CommonOptions {
  readonly seed: number;
  readonly node?: string;
  readonly yes?: boolean;
}

const SEED_MAX = 2 ** 32 - 1;

function seedOf(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > SEED_MAX)
    throw new InvalidArgumentError(`It must be a whole number from 0 to ${SEED_MAX}.`);
  return seed;
}

function drillNamed(name: string): Drill {
  const found = DRILLS.find((drill) => drill.name === name);
  if (found) return found;
  const names = DRILLS.map((drill) => drill.name);
  const near = nearestOf(name, names);
  throw new WorldError('NotFound', `there is no drill ${name}`, {
    subject: name,
    cure: near === undefined ? `there are ${names.join(', ')}` : `did you mean ${near}?`,
  });
}

const nodeOf = ({ node }: RunOptions): { node?: string } => (node === undefined ? {} : { node });

/** Whether the person agrees; undefined where nobody can be asked. What befalls whom is said in any case. */
async function agreed(context: Context, drill: Drill, options: RunOptions): Promise<boolean | undefined> {
  const { errPaint: paint, say, clock } = context;
  if (!options.yes && !context.ask) return undefined;
  const { name, does, putsBack } = drill;
  const outlook = isPairDrill(name)
    ? await drillOutlook({ drill: name, data: context.dataOf(options), clock, ...nodeOf(options) })
    : [];
  if (!options.yes || outlook.length > 0) say(`${paint.bold(name)}: ${does}`);
  for (const line of outlook) say(line);
  if (options.yes || !context.ask) return true;
  say(paint.dim(`${putsBack}; Ctrl-C puts everything back too`));
  return /^y(es)?$/i.test((await context.ask('Run it on this site now? [y/N] ')).trim());
}

export function drillRunVerb(context: Context): Verb {
  return {
    declaration: declare('run', 'run a drill on this site, with a report', 'holdfast drill run clock-jump')
      .argument('<name>', DRILLS.map(({ name }) => name).join(', '))
      .option('--seed <n>', 'choose the fault by this number; the same number is the same fault', seedOf, 0)
      .option('--node <name>', 'of node-loss: the node that is lost (default: the one that does not control)')
      .option('--yes', 'do not ask'),
    operation: 'drills',
    async run(given, [name = '']) {
      const options = given as unknown as RunOptions;
      const drill = drillNamed(name);
      const { errPaint, outPaint, say } = context;
      const isAgreed = await agreed(context, drill, options);
      if (!isAgreed) {
        if (isAgreed === false) say('nothing was done');
        else
          say(
            `a drill asks first, and nobody is there; to run it: ${context.commandFor(options, `drill run ${drill.name} --yes`)}`,
          );
        return EXIT.usage;
      }
      const { report, file } = await runDrill({
        drill: drill.name,
        seed: options.seed,
        ...nodeOf(options),
        data: context.dataOf(options),
        clock: context.clock,
        told: (step) => say(stepText(step, errPaint)),
      });
      if (options.json) context.printJson(report);
      else context.out.write(reportText(report, { file, paint: outPaint }));
      return report.verdict === 'passed' ? EXIT.done : EXIT.failed;
    },
  };
}
