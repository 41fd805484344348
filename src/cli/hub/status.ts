// `hub status`: whether the hub runs, and how its sites are.
import { hubStatus } from '#host';
import type { CommonOptions, Context, Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { ageText, facts } from '../output.ts';
import { declareHub } from './declare.ts';

export function hubStatusVerb(context: Context): Verb {
  return {
    declaration: declareHub(
      'status',
      'whether the hub runs, and how its sites are; exit code 0 when it runs, 3 otherwise',
      'holdfast hub status --json',
    ),
    async run(given) {
      const options = given as CommonOptions;
      const status = await hubStatus(context.hubDataOf(options));
      const { outPaint: paint, clock } = context;
      const isRunning = status.phase === 'Running';
      if (options.json) context.printJson(status);
      else {
        const counts = Object.entries(status.sites).map(([name, count]) => `${count} ${name}`);
        const rows: [string, string][] = [
          ['hub', isRunning ? paint.good(status.phase) : paint.dim(status.phase)],
          ['url', status.url],
          ['version', status.version],
          ...(isRunning
            ? ([
                ['sites', counts.join(', ') || 'none yet'],
                ['reachable clusters', String(status.tunnels)],
                ['process', `${status.pid}, for ${ageText(status.startedAt ?? '', clock.now())}`],
              ] as [string, string][])
            : []),
        ];
        context.out.write(`${facts(rows, paint)}\n`);
      }
      return isRunning ? EXIT.done : EXIT.notReady;
    },
  };
}
