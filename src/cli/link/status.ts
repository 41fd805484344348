// `link status`: where the site stands to its hub, and what the connection does.
import { siteLink } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { linkText } from './link-text.ts';

export function linkStatusVerb(context: Context): Verb {
  return {
    declaration: declare(
      'status',
      'where the site stands to its hub: mode, plane, connection, identity, what is in the way',
      'holdfast link status --json',
    ),
    operation: 'link-status',
    async run(given) {
      const options = given as CommonOptions;
      const link = await siteLink({ data: context.dataOf(options), clock: context.clock });
      if (options.json) context.printJson(link);
      else context.out.write(linkText(context, link));
      return EXIT.done;
    },
  };
}
