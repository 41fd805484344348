// `destroy`: removes all of the site.
import { destroySite, openSite } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

interface DestroyOptions extends CommonOptions {
  readonly yes?: boolean;
}

export function destroy(context: Context): Verb {
  return {
    declaration: declare(
      'destroy',
      'remove all of the site: processes, mounts, namespaces, links, rules, control groups, data',
      'holdfast destroy --yes',
    ).option('--yes', 'do it; without this, nothing happens'),
    operation: 'site-destroy',
    async run(given) {
      const options = given as DestroyOptions;
      const data = context.dataOf(options);
      const { site } = openSite(data);
      const { errPaint, say } = context;
      if (!options.yes) {
        say(
          `this removes the site ${errPaint.bold(site.name)} and all data in ${data}; to do it: ${context.commandFor(options, 'destroy --yes')}`,
        );
        return EXIT.usage;
      }
      await destroySite({ data, clock: context.clock, progress: (text) => say(`  ${errPaint.good('✓')} ${text}`) });
      if (options.json) context.printJson({ destroyed: true, site: site.name });
      say(`the site ${site.name} is gone`);
      return EXIT.done;
    },
  };
}
