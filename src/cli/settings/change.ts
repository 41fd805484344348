// `settings set` and `settings unset`: changes what the site goes by, all of it or nothing.
import { WorldError } from '#base';
import { changeSettings, openSite } from '#host';
import { type SettingValue, settingNamed, settingValue } from '#model/site';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { settingsDocument, settingsText } from './settings-text.ts';

type Change = Parameters<typeof changeSettings>[1];

async function change(context: Context, options: CommonOptions, request: Change): Promise<typeof EXIT.done> {
  const { folders } = openSite(context.dataOf(options));
  const settings = await changeSettings(folders, request);
  if (options.json) context.printJson(settingsDocument(settings));
  else context.out.write(settingsText(context, settings));
  return EXIT.done;
}

/** "NAME=VALUE". Errors: WorldError `Invalid`. */
function assignment(text: string): [name: string, value: SettingValue] {
  const at = text.indexOf('=');
  if (at < 1)
    throw new WorldError('Invalid', `${text} is no NAME=VALUE`, {
      cure: 'write holdfast settings set ntpServers=ntp.example',
    });
  const setting = settingNamed(text.slice(0, at));
  return [setting.name, settingValue(setting.name, setting.parse(text.slice(at + 1)))];
}

export function settingsSetVerb(context: Context): Verb {
  return {
    declaration: declare(
      'set',
      'set settings; processes take them up while they run',
      'holdfast settings set ntpServers=ntp.example',
    ).argument('<assignments...>', 'NAME=VALUE; holdfast settings lists the names'),
    operation: 'site-settings',
    run: async (given, args) =>
      change(context, given as CommonOptions, {
        verb: 'settings-set',
        settings: Object.fromEntries(args.flat().map(assignment)),
      }),
  };
}

export function settingsUnsetVerb(context: Context): Verb {
  return {
    declaration: declare('unset', 'give settings their default again', 'holdfast settings unset ntpServers').argument(
      '<names...>',
      'as holdfast settings lists them',
    ),
    operation: 'site-settings',
    run: async (given, args) =>
      change(context, given as CommonOptions, {
        verb: 'settings-unset',
        names: args.flat().map((name) => settingNamed(name).name),
      }),
  };
}
