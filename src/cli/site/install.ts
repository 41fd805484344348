// `install`: a systemd unit, so that the site comes up with the machine.
import { installUnit } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

export function install(context: Context): Verb {
  return {
    declaration: declare('install', 'have systemd bring the site up with the machine', 'holdfast install'),
    operation: 'site-unit',
    async run(given) {
      const options = given as CommonOptions;
      const { name, file } = await installUnit({ data: context.dataOf(options), command: context.command });
      if (options.json) context.printJson({ unit: name, file });
      context.say(`${file} is written and enabled: the site comes up with this machine`);
      return EXIT.done;
    },
  };
}
