// `registry credentials`: where the registry is, and who may push.
import { registryAccess } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { facts } from '../output.ts';

export function registryCredentialsVerb(context: Context): Verb {
  return {
    declaration: declare(
      'credentials',
      'address, user and password of the registry',
      'holdfast registry credentials --json',
    ),
    operation: 'registry-credentials',
    async run(given) {
      const options = given as CommonOptions;
      const access = registryAccess(context.dataOf(options));
      if (options.json) context.printJson(access);
      else
        context.out.write(
          `${facts(
            [
              ['address', access.address],
              ['also at', access.alsoAt.join(', ')],
              ['user', access.user],
              ['password', access.password],
              ['ca', access.caFile],
            ],
            context.outPaint,
          )}\n`,
        );
      return EXIT.done;
    },
  };
}
