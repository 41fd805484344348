// `plane give`: the hub owns again what it wants; what was changed here meanwhile is shown, and stays until somebody chooses.
import { askPlane, openSite } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { planeText } from './plane-text.ts';

export function planeGiveVerb(context: Context): Verb {
  return {
    declaration: declare(
      'give',
      'give the plane back to the hub; what was changed here stays until the operator of the hub chooses, object by object',
      'holdfast plane give',
    ),
    operation: 'plane-give',
    async run(given) {
      const options = given as CommonOptions;
      const { folders } = openSite(context.dataOf(options));
      const status = await askPlane(folders, { verb: 'plane-give' });
      const differs = status.desired?.counts.differs ?? 0;
      if (options.json) context.printJson(status);
      else {
        context.say(`${context.errPaint.good('✓')} the plane is the hub's`);
        context.out.write(planeText(context, status));
        if (differs > 0)
          context.say(
            `${differs} changed here; the operator of the hub chooses: holdfast hub resolve ${status.site} OBJECT --keep hub|local`,
          );
      }
      return EXIT.done;
    },
  };
}
