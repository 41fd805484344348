// `hub request-log`: asks a site for a log of itself.
import { askHub } from '#host';
import type { CommonOptions, Context, Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { declareHub } from './declare.ts';

export function hubRequestLogVerb(context: Context): Verb {
  return {
    declaration: declareHub(
      'request-log',
      'ask a site for a log of itself; it answers in its journal',
      'holdfast hub request-log ship-1',
    ).argument('<site>', 'name or id'),
    async run(given, [site = '']) {
      const options = given as CommonOptions;
      const { id } = await askHub(context.hubDataOf(options), { verb: 'request-log', site }, 'requested');
      if (options.json) context.printJson({ site, request: id });
      context.say(
        `${site} is asked with its next heartbeat; the answer comes as an event that names ${id}: holdfast hub journal ${site} --kind event`,
      );
      return EXIT.done;
    },
  };
}
