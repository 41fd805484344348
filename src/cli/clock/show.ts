// `clock`: the site's time, and what it rests on.
import { clockOfSite } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { clockText } from './clock-text.ts';

export function clockVerb(context: Context): Verb {
  return {
    declaration: declare('clock', "the site's time, and what it rests on", 'holdfast clock --json'),
    operation: 'clock-show',
    async run(given) {
      const options = given as CommonOptions;
      const { clock, running } = await clockOfSite(context.dataOf(options));
      const confirm = context.commandFor(options, 'clock confirm');
      if (options.json) context.printJson(clock);
      else context.out.write(clockText(context, clock, { running, confirm }));
      return EXIT.done;
    },
  };
}
