// `node forecast`: what the loss of each node would cost.
import { nodeForecast } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { forecastText } from './forecast-text.ts';

export function nodeForecastVerb(context: Context): Verb {
  return {
    declaration: declare(
      'forecast',
      'what the loss of each node would cost: which pods would have no place, and the arithmetic',
      'holdfast node forecast',
    ),
    operation: 'node-forecast',
    async run(given) {
      const options = given as CommonOptions;
      const found = await nodeForecast(context.dataOf(options));
      if (options.json) context.printJson(found.kind === 'pair' ? found.forecast : { losses: [] });
      else if (found.kind === 'pair') context.out.write(forecastText(context, found.forecast));
      else if (found.kind === 'one-node') context.say('the site has one node: its loss is the loss of the site');
      else context.say('no forecast yet: it is worked out by whoever controls, once the API answers');
      return EXIT.done;
    },
  };
}
