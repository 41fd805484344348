// `hub token`: a one-time token that activates a site.
import { askHub } from '#host';
import type { CommonOptions, Context, Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { declareHub, wholeNumber } from './declare.ts';

interface TokenOptions extends CommonOptions {
  readonly site?: string;
  readonly hours: string;
}

export function hubTokenVerb(context: Context): Verb {
  return {
    declaration: declareHub(
      'token',
      'a one-time token that activates a site',
      'holdfast hub token --site ship-1 --hours 72',
    )
      .option('--site <name>', 'only for the site of this name; needed to give a known site a new key')
      .option('--hours <n>', 'how long it is good for', '24'),
    async run(given) {
      const options = given as unknown as TokenOptions;
      const hours = wholeNumber('--hours', options.hours);
      const { token } = await askHub(context.hubDataOf(options), { verb: 'token', site: options.site, hours }, 'token');
      if (options.json) context.printJson(token);
      else {
        context.out.write(`${token.token}\n`);
        context.say(
          `good once, until ${token.expiresAt}; at the site:\n  holdfast link activate --hub ${token.url} --token ${token.token}`,
        );
      }
      return EXIT.done;
    },
  };
}
