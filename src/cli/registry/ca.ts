// `registry ca`: the CA that the registry's clients trust.
import { registryCa } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

export function registryCaVerb(context: Context): Verb {
  return {
    declaration: declare(
      'ca',
      'the CA to trust, as PEM',
      'holdfast registry ca > /etc/docker/certs.d/10.50.0.9:31001/ca.crt',
    ),
    operation: 'registry-credentials',
    async run(given) {
      const options = given as CommonOptions;
      const pem = registryCa(context.dataOf(options));
      if (options.json) context.printJson({ ca: pem });
      else context.out.write(pem);
      return EXIT.done;
    },
  };
}
