// `hub remove`: the hub knows the site no longer, until it is activated anew.
import { askHub } from '#host';
import type { CommonOptions, Context, Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { declareHub } from './declare.ts';

export function hubRemoveVerb(context: Context): Verb {
  return {
    declaration: declareHub(
      'remove',
      'believe a site no longer and free its name; the site itself goes on',
      'holdfast hub remove ship-1',
    ).argument('<site>', 'name or id'),
    async run(given, [site = '']) {
      const options = given as CommonOptions;
      await askHub(context.hubDataOf(options), { verb: 'remove', site }, 'done');
      if (options.json) context.printJson({ site, removed: true });
      context.say(`${site} is removed; a new token activates it again`);
      return EXIT.done;
    },
  };
}
