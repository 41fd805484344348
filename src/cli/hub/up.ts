// `hub up`: brings a hub up.
import { hubUp } from '#host';
import type { CommonOptions, Context, Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { facts } from '../output.ts';
import { declareHub, wholeNumber } from './declare.ts';

interface HubUpOptions extends CommonOptions {
  readonly address?: readonly string[];
  readonly port?: string;
}

export function hubUpVerb(context: Context): Verb {
  return {
    declaration: declareHub('up', 'bring a hub up', 'holdfast hub up --address hub.example.com')
      .option(
        '--address <address>',
        'address or DNS name under which sites and people reach it; may be repeated, tokens name the first (default: 127.0.0.1)',
        (given: string, before: readonly string[] = []) => [...before, given],
      )
      .option('--port <port>', 'port to listen on; 0 chooses a free one (default: 8443)'),
    async run(given) {
      const options = given as HubUpOptions;
      const { outPaint: paint, program, clock } = context;
      const data = context.hubDataOf(options);
      const up = await hubUp({
        data,
        addresses: options.address,
        port: options.port === undefined ? undefined : wholeNumber('--port', options.port),
        program,
        clock,
      });
      if (options.json) context.printJson({ url: up.url, data, ran: up.ran });
      else {
        const rows: [string, string][] = [
          ['hub', `${paint.good('Running')}${up.ran ? paint.dim('  it ran already') : ''}`],
          ['url', up.url],
          ['data', data],
        ];
        context.out.write(`${facts(rows, paint)}\n`);
      }
      if (up.addresses.every((address) => address.startsWith('127.')))
        context.say('only this machine can reach it; give it an address that sites can: --address A');
      return EXIT.done;
    },
  };
}
