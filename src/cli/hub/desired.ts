// `hub desired`: where the desired state of a site comes from.
import { WorldError } from '#base';
import { askHub } from '#host';
import type { DesiredSource } from '#model/hub';
import type { CommonOptions, Context, Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { declareHub } from './declare.ts';

interface DesiredOptions extends CommonOptions {
  readonly folder?: string;
  readonly git?: string;
  readonly branch?: string;
  readonly path?: string;
}

function sourceOf(options: DesiredOptions, { absolute }: Context): DesiredSource | undefined {
  const { folder, git, branch, path } = options;
  if (folder !== undefined && git !== undefined)
    throw new WorldError('Invalid', 'give either --folder or --git, not both');
  if (git === undefined && (branch !== undefined || path !== undefined))
    throw new WorldError('Invalid', '--branch and --path are for a repository; give --git URL too');
  if (folder !== undefined) return { kind: 'folder', location: absolute(folder) };
  if (git === undefined) return undefined;
  return { kind: 'git', location: git.includes('://') ? git : absolute(git), branch, path };
}

export function hubDesiredVerb(context: Context): Verb {
  return {
    declaration: declareHub(
      'desired',
      'give a site its desired state, or read its source again',
      'holdfast hub desired ship-1 --git https://git.example.com/fleet.git --path ships',
    )
      .argument('<site>', 'name or id')
      .option('--folder <dir>', 'a folder of this machine with manifests')
      .option('--git <url>', 'a repository: https://..., or a folder of this machine')
      .option('--branch <name>', "branch of the repository (default: the repository's own)")
      .option('--path <dir>', 'folder inside the repository'),
    async run(given, [site = '']) {
      const options = given as DesiredOptions;
      const source = sourceOf(options, context);
      const set = await askHub(context.hubDataOf(options), { verb: 'desired', site, source }, 'desired');
      const { revision, objects, changed } = set;
      if (options.json) context.printJson({ site, revision, objects, changed });
      context.say(`${site} is to be at revision ${revision}: ${objects} objects${changed ? '' : ', as before'}`);
      return EXIT.done;
    },
  };
}
