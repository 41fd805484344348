// `certificates list`: every certificate with its end, its next renewal and its holder.
import { askAccess, openSite } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';

const day = (date: string): string => date.slice(0, 'YYYY-MM-DD'.length);

export function certificatesListVerb(context: Context): Verb {
  return {
    declaration: declare(
      'list',
      'every certificate with its end, next renewal and holder',
      'holdfast certificates list',
    ),
    operation: 'certificates-list',
    async run(given) {
      const options = given as CommonOptions;
      const { folders } = openSite(context.dataOf(options));
      const { certificates } = await askAccess(folders, { verb: 'certificate-list' }, 'certificates');
      const { outPaint: paint } = context;
      if (options.json) context.printJson({ certificates });
      else
        context.out.write(
          `${table(
            ['name', 'holder', 'issuer', 'from', 'until', 'renewed'],
            certificates.map((certificate) => [
              certificate.name,
              certificate.holder,
              paint.dim(certificate.issuer),
              day(certificate.notBefore),
              day(certificate.notAfter),
              certificate.renewsAt === null ? paint.dim('-') : day(certificate.renewsAt),
            ]),
            paint,
          )}\n`,
        );
      return EXIT.done;
    },
  };
}
