// `certificates renew`: issues leaves again, or begins (and ends) the replacement of an authority.
import { askAccess, openSite } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { facts } from '../output.ts';

interface RenewOptions extends CommonOptions {
  readonly hurry?: boolean;
  readonly finish?: boolean;
}

export function certificatesRenewVerb(context: Context): Verb {
  return {
    declaration: declare(
      'renew',
      'issue certificates again, or replace an authority by a new one',
      'holdfast certificates renew kubernetes-clients',
    )
      .argument('[name]', 'one certificate, or an authority; without it every certificate that is no authority')
      .option('--hurry', 'an authority: let the new one sign after 15 seconds instead of 5 minutes')
      .option(
        '--finish',
        'an authority: drop the one before it now; what only that one signed is refused from then on',
      ),
    operation: 'certificates-renew',
    async run(given, args) {
      const options = given as RenewOptions;
      const { folders } = openSite(context.dataOf(options));
      const [name] = args;
      const { hurry = false, finish = false } = options;
      const { renewed } = await askAccess(folders, { verb: 'certificate-renew', name, hurry, finish }, 'renewed');
      if (options.json) context.printJson({ renewed });
      else
        context.out.write(
          `${facts(
            renewed.map((one) => [one.name, one.what]),
            context.outPaint,
          )}\n`,
        );
      return EXIT.done;
    },
  };
}
