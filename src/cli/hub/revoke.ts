// `hub revoke`: ends a user's ways to sites, at once.
import { askHub } from '#host';
import type { CommonOptions, Context, Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { declareHub } from './declare.ts';

interface RevokeOptions extends CommonOptions {
  readonly site?: string;
}

export function hubRevokeVerb(context: Context): Verb {
  return {
    declaration: declareHub(
      'revoke',
      "end a user's ways to sites, and what is open through them",
      'holdfast hub revoke ada --site ship-1',
    )
      .argument('<user>', 'as `hub users` shows it')
      .option('--site <site>', 'to this site alone'),
    async run(given, [user = '']) {
      const options = given as RevokeOptions;
      const { count } = await askHub(
        context.hubDataOf(options),
        { verb: 'revoke', user, site: options.site },
        'revoked',
      );
      if (options.json) context.printJson({ user, revoked: count });
      context.say(`${count} kubeconfig${count === 1 ? '' : 's'} of ${user} revoked`);
      return EXIT.done;
    },
  };
}
