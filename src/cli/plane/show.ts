// `plane`: who may change what the hub owns, and where site and hub differ.
import { sitePlane } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { planeText } from './plane-text.ts';

export function planeVerb(context: Context): Verb {
  return {
    declaration: declare('plane', 'who may change what the hub owns, and where site and hub differ', 'holdfast plane'),
    operation: 'plane-show',
    async run(given) {
      const options = given as CommonOptions;
      const status = await sitePlane({ data: context.dataOf(options), clock: context.clock });
      if (options.json) context.printJson(status);
      else context.out.write(planeText(context, status));
      return EXIT.done;
    },
  };
}
