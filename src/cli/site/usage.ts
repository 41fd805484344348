// `usage`: what the site used, day by day.
import { openSite, siteUsage } from '#host';
import type { UsageSum } from '#model/site';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';

const HOUR_SECONDS = 3600;
const fixed = (value: number): string => value.toFixed(1);

const rowsOf = ({ from, seconds, clusters, site }: UsageSum): string[][] =>
  Object.entries(clusters).map(([cluster, { vcpuHours, memoryGibHours, podHours }], i) => [
    i === 0 ? from.slice(0, 'YYYY-MM-DD'.length) : '',
    i === 0 ? fixed(seconds / HOUR_SECONDS) : '',
    cluster,
    fixed(vcpuHours),
    fixed(memoryGibHours),
    fixed(podHours),
    i === 0 ? fixed(site.imageGibHours) : '',
  ]);

export function usageVerb(context: Context): Verb {
  return {
    declaration: declare('usage', 'what the site used, day by day, as far as its journal goes back', 'holdfast usage'),
    operation: 'usage-records',
    async run(given) {
      const options = given as CommonOptions;
      const { folders } = openSite(context.dataOf(options));
      const days = await siteUsage(folders);
      if (options.json) context.printJson({ days });
      else if (days.length === 0) context.say('nothing yet: the first hour is told when it is over');
      else
        context.out.write(
          `${table(
            ['day (UTC)', 'hours', 'cluster', 'vCPU h', 'memory GiB h', 'pod h', 'images GiB h'],
            days.flatMap(rowsOf),
            context.outPaint,
          )}\n`,
        );
      return EXIT.done;
    },
  };
}
