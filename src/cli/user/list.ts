// `user list`: who may get in, until when, and with which rights.
import { askAccess, openSite } from '#host';
import type { ListedUser } from '#model/site';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type Paint, table } from '../output.ts';

function access(user: ListedUser, paint: Paint): string {
  if (user.revokedAt) return paint.bad(`revoked ${user.revokedAt}`);
  return user.validUntil ? `until ${user.validUntil}` : paint.warn('ended');
}

function rights({ grants }: ListedUser, paint: Paint): string {
  if (grants === null) return paint.dim('not known while the API does not answer');
  if (grants.length === 0) return paint.dim('none');
  return grants.map(({ namespace, role }) => `${role} in ${namespace}`).join(', ');
}

export function userListVerb(context: Context): Verb {
  return {
    declaration: declare('list', 'who may get in, until when, with which rights', 'holdfast user list'),
    operation: 'user-manage',
    async run(given) {
      const options = given as CommonOptions;
      const { folders } = openSite(context.dataOf(options));
      const { users } = await askAccess(folders, { verb: 'user-list' }, 'users');
      const { outPaint: paint } = context;
      if (options.json) context.printJson({ users });
      else if (users.length === 0)
        context.say(`no users yet; make one: ${context.commandFor(options, 'user create NAME')}`);
      else
        context.out.write(
          `${table(
            ['user', 'access', 'rights'],
            users.map((user) => [user.name, access(user, paint), rights(user, paint)]),
            paint,
          )}\n`,
        );
      return EXIT.done;
    },
  };
}
