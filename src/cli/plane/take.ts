// `plane take`: what is changed here wins from now on.
import { askPlane, openSite } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { planeText } from './plane-text.ts';

export function planeTakeVerb(context: Context): Verb {
  return {
    declaration: declare(
      'take',
      'take the local plane: what is changed here wins until it is given back; the reason is kept and told to the hub',
      'holdfast plane take --reason "the link is down and the pump must be reconfigured"',
    ).requiredOption('--reason <why>', 'why; for the audit'),
    operation: 'plane-take',
    async run(given) {
      const { reason, ...options } = given as unknown as CommonOptions & { readonly reason: string };
      const { folders } = openSite(context.dataOf(options));
      const status = await askPlane(folders, { verb: 'plane-take', reason });
      if (options.json) context.printJson(status);
      else {
        context.say(
          `${context.errPaint.good('✓')} the plane is local; give it back with ${context.commandFor(options, 'plane give')}`,
        );
        context.out.write(planeText(context, status));
      }
      return EXIT.done;
    },
  };
}
