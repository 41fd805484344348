// `user create`: a person, and the kubeconfig to hand over. It has no rights until some are granted.
import { askAccess, openSite } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type LifetimeOptions, lifetimeMs, withLifetime } from './lifetime.ts';

export function userCreateVerb(context: Context): Verb {
  return {
    declaration: withLifetime(
      declare(
        'create',
        'make a user, and print the kubeconfig to hand over',
        'holdfast user create anna --days 30 > anna.kubeconfig',
      ),
    ).argument('<name>', 'lower-case letters, digits, "-" and "."'),
    operation: 'user-manage',
    async run(given, args) {
      const options = given as CommonOptions & LifetimeOptions;
      const [name = ''] = args;
      const { folders } = openSite(context.dataOf(options));
      const request = { verb: 'user-create', name, lifeMs: lifetimeMs(options) } as const;
      const { kubeconfig, notAfter } = await askAccess(folders, request, 'kubeconfig');
      if (options.json) context.printJson({ user: name, notAfter, kubeconfig });
      else context.out.write(kubeconfig);
      context.say(`${name} gets in until ${notAfter}; the key in this kubeconfig is kept nowhere else`);
      context.say(`next: ${context.commandFor(options, `user grant ${name} --namespace NAMESPACE`)}`);
      return EXIT.done;
    },
  };
}
