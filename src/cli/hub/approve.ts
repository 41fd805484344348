// `hub approve`: lets a site come back whose identity has ended.
import { askHub } from '#host';
import type { CommonOptions, Context, Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { declareHub } from './declare.ts';

export function hubApproveVerb(context: Context): Verb {
  return {
    declaration: declareHub(
      'approve',
      'let a site come back whose identity has ended',
      'holdfast hub approve ship-1',
    ).argument('<site>', 'name or id'),
    async run(given, [site = '']) {
      const options = given as CommonOptions;
      await askHub(context.hubDataOf(options), { verb: 'approve', site }, 'done');
      if (options.json) context.printJson({ site, approved: true });
      context.say(`${site} gets a new identity the next time it asks`);
      return EXIT.done;
    },
  };
}
