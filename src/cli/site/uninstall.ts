// `uninstall`: takes the systemd unit away again.
import { uninstallUnit } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

export function uninstall(context: Context): Verb {
  return {
    declaration: declare('uninstall', 'remove the systemd unit; the site itself is left alone', 'holdfast uninstall'),
    operation: 'site-unit',
    async run(given) {
      const options = given as CommonOptions;
      const removed = await uninstallUnit({ data: context.dataOf(options) });
      if (options.json) context.printJson({ removed });
      context.say(removed ? 'the unit is removed' : 'there was no unit');
      return EXIT.done;
    },
  };
}
