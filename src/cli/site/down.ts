// `down`: stops the site, its data kept.
import { takeDown } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

interface DownOptions extends CommonOptions {
  readonly keepPods?: boolean;
}

export function down(context: Context): Verb {
  return {
    declaration: declare('down', 'stop the site; its data is kept', 'holdfast down').option(
      '--keep-pods',
      'leave containers running',
    ),
    operation: 'site-down',
    async run(given) {
      const options = given as DownOptions;
      const { errPaint, say } = context;
      const { ran } = await takeDown({
        data: context.dataOf(options),
        clock: context.clock,
        keepPods: options.keepPods === true,
        progress: (text) => say(`  ${errPaint.good('✓')} ${text}`),
      });
      if (options.json) context.printJson({ stopped: true, ran });
      say(ran ? 'the site is stopped' : 'the site was stopped already');
      return EXIT.done;
    },
  };
}
