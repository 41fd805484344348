// `hub kubeconfig`: a way to a site's cluster through the hub, for one user.
import { askHub } from '#host';
import type { CommonOptions, Context, Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { declareHub, wholeNumber } from './declare.ts';

interface KubeconfigOptions extends CommonOptions {
  readonly user: string;
  readonly days: string;
}

export function hubKubeconfigVerb(context: Context): Verb {
  return {
    declaration: declareHub(
      'kubeconfig',
      "a way to a site's cluster through the hub, for one user",
      'holdfast hub kubeconfig ship-1 --user ada --days 30 > ship-1.kubeconfig',
    )
      .argument('<site>', 'name or id')
      .requiredOption('--user <name>', 'who it is for; the site knows the user by this name')
      .option('--days <n>', 'how long it is good for', '30'),
    async run(given, [site = '']) {
      const options = given as unknown as KubeconfigOptions;
      const { user } = options;
      const days = wholeNumber('--days', options.days);
      const made = await askHub(context.hubDataOf(options), { verb: 'kubeconfig', site, user, days }, 'kubeconfig');
      if (options.json) context.printJson({ site, user, expiresAt: made.expiresAt, kubeconfig: made.text });
      else context.out.write(made.text);
      context.say(`good until ${made.expiresAt}; \`holdfast hub revoke ${user}\` ends it at once`);
      return EXIT.done;
    },
  };
}
