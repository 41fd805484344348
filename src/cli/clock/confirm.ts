// `clock confirm`: the operator's word on the time.
import { InvalidArgumentError } from 'commander';
import { WorldError } from '#base';
import { confirmClock } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { clockText } from './clock-text.ts';

interface ConfirmOptions extends CommonOptions {
  readonly time?: number;
  readonly undo?: boolean;
}

/** Source: RFC 3339 section 5.6. */
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

function momentOf(text: string): number {
  const [, year, month, day] = RFC3339.exec(text) ?? [];
  const ms = Date.parse(text.replace(' ', 'T').toUpperCase());
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (!day || Number(day) > days || Number.isNaN(ms))
    throw new InvalidArgumentError('It must be a time such as 2027-03-01T12:00:00Z (RFC 3339, with its zone).');
  return ms;
}

export function clockConfirmVerb(context: Context): Verb {
  return {
    declaration: declare(
      'confirm',
      'accept the tentative time, state the true one, or take either back',
      'holdfast clock confirm --time 2027-03-01T12:00:00Z',
    )
      .option('--time <time>', 'the true time, as RFC 3339 writes it', momentOf)
      .option('--undo', 'stay with the last trusted time, or go back to it'),
    operation: 'clock-confirm',
    async run(given) {
      const options = given as ConfirmOptions;
      if (options.undo && options.time !== undefined)
        throw new WorldError('Invalid', '--time and --undo cannot be given together', {
          cure: 'state the time with --time, or take back what was stated with --undo',
        });
      const word = {
        ...(options.time !== undefined && { timeMs: options.time }),
        ...(options.undo && { undo: true }),
      };
      const clock = await confirmClock(context.dataOf(options), word);
      const confirm = context.commandFor(options, 'clock confirm');
      if (options.json) context.printJson(clock);
      else context.out.write(clockText(context, clock, { running: true, confirm }));
      return EXIT.done;
    },
  };
}
