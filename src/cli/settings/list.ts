// `settings`: what the site goes by.
import { openSite, siteSettings } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { settingsDocument, settingsText } from './settings-text.ts';

export function settingsVerb(context: Context): Verb {
  return {
    declaration: declare('settings', 'the settings of the site', 'holdfast settings'),
    operation: 'settings-show',
    async run(given) {
      const options = given as CommonOptions;
      const { folders } = openSite(context.dataOf(options));
      const { settings, problems } = siteSettings(folders);
      for (const problem of problems)
        context.say(`${context.errPaint.warn('not used:')} ${folders.settingsFile}: ${problem}`);
      if (options.json) context.printJson(settingsDocument(settings));
      else context.out.write(settingsText(context, settings));
      return EXIT.done;
    },
  };
}
