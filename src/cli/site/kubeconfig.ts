// `kubeconfig`: prints the administrator's kubeconfig, or its path.
import { WorldError } from '#base';
import { kubeconfigOf, openSite } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

interface KubeconfigOptions extends CommonOptions {
  readonly cluster?: string;
  readonly user?: string;
  readonly path?: boolean;
}

export function kubeconfig(context: Context): Verb {
  return {
    declaration: declare(
      'kubeconfig',
      'print a kubeconfig, or its path',
      'export KUBECONFIG=$(holdfast kubeconfig --path)',
    )
      .option('--cluster <name>', 'of this cluster', 'device')
      .option('--user <name>', 'of this user (default: the administrator)')
      .option('--path', "print the file's path only"),
    operation: 'admin-kubeconfig',
    async run(given) {
      const options = given as KubeconfigOptions;
      const { site, folders } = openSite(context.dataOf(options));
      if (!site.clusters.some((cluster) => cluster.name === options.cluster))
        throw new WorldError('NotFound', `the site has no cluster ${options.cluster}`, {
          cure: `its clusters: ${site.clusters.map((cluster) => cluster.name).join(', ')}`,
        });
      if (options.user !== undefined && options.user !== 'kubernetes-admin')
        throw new WorldError('NotFound', `the site has no user ${options.user}`);
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
