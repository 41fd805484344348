// `hub down`: stops the hub, its data kept.
import { hubDown } from '#host';
import type { CommonOptions, Context, Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { declareHub } from './declare.ts';

export function hubDownVerb(context: Context): Verb {
  return {
    declaration: declareHub('down', 'stop the hub; its data is kept, and its sites go on', 'holdfast hub down'),
    async run(given) {
      const options = given as CommonOptions;
      const { ran } = await hubDown({ data: context.hubDataOf(options), clock: context.clock });
      if (options.json) context.printJson({ stopped: true, ran });
      context.say(ran ? 'the hub is stopped' : 'the hub was stopped already');
      return EXIT.done;
    },
  };
}
