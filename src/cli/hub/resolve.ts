// `hub resolve`: which side wins where a site differs from its desired state.
import { Option } from 'commander';
import { askHub } from '#host';
import type { CommonOptions, Context, Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { declareHub } from './declare.ts';

interface ResolveOptions extends CommonOptions {
  readonly keep: 'hub' | 'local';
}

export function hubResolveVerb(context: Context): Verb {
  return {
    declaration: declareHub(
      'resolve',
      'which side wins where a site differs',
      'holdfast hub resolve ship-1 apps/v1/Deployment/shop/web --keep local',
    )
      .argument('<site>', 'name or id')
      .argument('<object>', 'as `hub site` shows it: apps/v1/Deployment/shop/web')
      .addOption(
        new Option('--keep <side>', 'hub: the desired state wins; local: what the site has stays')
          .choices(['hub', 'local'])
          .makeOptionMandatory(),
      ),
    async run(given, [site = '', object = '']) {
      const options = given as unknown as ResolveOptions;
      const { keep } = options;
      await askHub(context.hubDataOf(options), { verb: 'resolve', site, object, keep }, 'done');
      if (options.json) context.printJson({ site, object, keep });
      context.say(`${object} of ${site}: ${keep === 'hub' ? 'the desired state wins' : 'what the site has stays'}`);
      return EXIT.done;
    },
  };
}
