// `drill list`: which drills there are, what each does, proves and puts back.
import { DRILLS } from '#engine/drill';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { facts } from '../output.ts';

export function drillListVerb(context: Context): Verb {
  return {
    declaration: declare('list', 'which drills there are, and what each proves', 'holdfast drill list'),
    operation: 'drills',
    async run(given) {
      const options = given as CommonOptions;
      const { outPaint: paint, out } = context;
      if (options.json) {
        context.printJson({ drills: DRILLS });
        return EXIT.done;
      }
      const texts = DRILLS.map(({ name, does, proves, putsBack }) => {
        const said = facts(
          [
            ['does', does],
            ['proves', proves],
            ['afterwards', putsBack],
          ],
          paint,
        );
        return `${paint.bold(name)}\n${said.replace(/^/gm, '  ')}`;
      });
      out.write(`${texts.join('\n\n')}\n\n${paint.dim('run one:')} ${context.commandFor(options, 'drill run NAME')}\n`);
      return EXIT.done;
    },
  };
}
