// `kubeconfig`: prints the administrator's kubeconfig, or its path; for a person a new one each time, since no key is kept.
import { WorldError } from '#base';
import { askAccess, kubeconfigOf, openSite } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type LifetimeOptions, lifetimeMs, withLifetime } from '../user/lifetime.ts';

interface KubeconfigOptions extends CommonOptions, LifetimeOptions {
  readonly cluster?: string;
  readonly user?: string;
  readonly path?: boolean;
}

export function kubeconfig(context: Context): Verb {
  return {
    declaration: withLifetime(
      declare('kubeconfig', 'print a kubeconfig, or its path', 'export KUBECONFIG=$(holdfast kubeconfig --path)'),
    )
      .option('--cluster <name>', 'of this cluster', 'device')
      .option('--user <name>', 'a new one for this user (default: the one of the administrator)')
      .option('--path', "print the file's path only"),
    operation: 'admin-kubeconfig',
    async run(given) {
      const options = given as KubeconfigOptions;
      const { site, folders } = openSite(context.dataOf(options));
      if (!site.clusters.some((cluster) => cluster.name === options.cluster))
        throw new WorldError('NotFound', `the site has no cluster ${options.cluster}`, {
          cure: `its clusters: ${site.clusters.map((cluster) => cluster.name).join(', ')}`,
        });
      if (options.user !== undefined && options.user !== 'kubernetes-admin') {
        if (options.path)
          throw new WorldError('Invalid', "a person's kubeconfig is kept nowhere, so it has no path", {
            cure: `print it into a file: ${context.commandFor(options, `kubeconfig --user ${options.user}`)} > FILE`,
          });
        return printNew(context, options, options.user);
      }
      if (options.days !== undefined || options.hours !== undefined)
        throw new WorldError('Invalid', "the administrator's kubeconfig lives as long as its authority", {
          cure: 'give --days or --hours together with --user',
        });
      const path = folders.adminKubeconfig;
      const text = kubeconfigOf(folders);
      if (text === undefined)
        throw new WorldError('NotFound', 'the site has no kubeconfig yet', {
          cure: `bring it up: ${context.commandFor(options, 'up')}`,
        });
      if (options.json) context.printJson({ path, kubeconfig: text });
      else context.out.write(options.path ? `${path}\n` : text);
      return EXIT.done;
    },
  };
}

async function printNew(context: Context, options: KubeconfigOptions, name: string): Promise<ExitCode> {
  const { folders } = openSite(context.dataOf(options));
  const request = { verb: 'user-kubeconfig', name, lifeMs: lifetimeMs(options) } as const;
  const { kubeconfig: text, notAfter } = await askAccess(folders, request, 'kubeconfig');
  if (options.json) context.printJson({ user: name, notAfter, kubeconfig: text });
  else context.out.write(text);
  context.say(`${name} gets in with it until ${notAfter}; the key in it is kept nowhere else`);
  return EXIT.done;
}
