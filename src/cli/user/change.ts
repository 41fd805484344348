// `user grant`, `user revoke` and `user delete`: what a person may do, and whether they get in at all.
import { type Command, Option } from 'commander';
import { askAccess, openSite } from '#host';
import { type AccessRequest, USER_ROLES, type UserRole } from '#model/site';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

interface ChangeOptions extends CommonOptions {
  readonly namespace?: string;
  readonly role?: UserRole;
}

function change(
  context: Context,
  declaration: Command,
  requestOf: (name: string, options: ChangeOptions) => AccessRequest,
): Verb {
  return {
    declaration: declaration.argument('<name>', 'as `user list` shows it'),
    operation: 'user-manage',
    async run(given, args) {
      const options = given as ChangeOptions;
      const [name = ''] = args;
      const { folders } = openSite(context.dataOf(options));
      const { what } = await askAccess(folders, requestOf(name, options), 'user-done');
      if (options.json) context.printJson({ user: name, done: what });
      context.say(what);
      return EXIT.done;
    },
  };
}

export const userGrantVerb = (context: Context): Verb =>
  change(
    context,
    declare(
      'grant',
      'give rights in a namespace; another role replaces the one before',
      'holdfast user grant anna --namespace shop --role edit',
    )
      .requiredOption('--namespace <namespace>', 'a namespace of the cluster that is not one of the system')
      .addOption(new Option('--role <role>', 'how much').choices(USER_ROLES).default('admin')),
    (name, { namespace = '', role = 'admin' }) => ({ verb: 'user-grant', name, namespace, role }),
  );

export const userRevokeVerb = (context: Context): Verb =>
  change(
    context,
    declare(
      'revoke',
      'take rights in a namespace back, or shut the person out within seconds',
      'holdfast user revoke anna',
    ).option('--namespace <namespace>', 'only the rights in this namespace'),
    (name, { namespace }) => ({ verb: 'user-revoke', name, namespace }),
  );

export const userDeleteVerb = (context: Context): Verb =>
  change(
    context,
    declare('delete', 'shut the person out, and forget name and rights', 'holdfast user delete anna'),
    (name) => ({ verb: 'user-delete', name }),
  );
