// `hub users`: who may reach which site through the hub.
import { askHub } from '#host';
import type { CommonOptions, Context, Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import { declareHub } from './declare.ts';

export function hubUsersVerb(context: Context): Verb {
  return {
    declaration: declareHub('users', 'who may reach which site through the hub', 'holdfast hub users'),
    async run(given) {
      const options = given as CommonOptions;
      const { users } = await askHub(context.hubDataOf(options), { verb: 'users' }, 'users');
      const { outPaint: paint, clock } = context;
      const state = (of: (typeof users)[number]): string =>
        of.revoked
          ? paint.bad('revoked')
          : Date.parse(of.endsAt) <= clock.now()
            ? paint.dim('expired')
            : paint.good('valid');
      if (options.json) context.printJson({ users });
      else if (users.length > 0)
        context.out.write(
          `${table(
            ['user', 'site', 'until', 'state'],
            users.map((of) => [of.user, of.site, of.endsAt, state(of)]),
            paint,
          )}\n`,
        );
      else context.say('nobody yet; `holdfast hub kubeconfig SITE --user NAME` makes a way in');
      return EXIT.done;
    },
  };
}
