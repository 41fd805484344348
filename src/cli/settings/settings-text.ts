// How settings are shown to people and to programs.
import { SETTINGS, type SiteSettings, settingNow, settingText } from '#model/site';
import type { Context } from '../context.ts';
import { table } from '../output.ts';

export function settingsDocument(settings: SiteSettings): object {
  return {
    settings: SETTINGS.map(({ name, title, default: usual }) => ({
      name,
      value: settingNow(settings, name),
      default: usual,
      isSet: settings[name] !== undefined,
      title,
    })),
  };
}

export function settingsText({ outPaint: paint }: Context, settings: SiteSettings): string {
  const rows = SETTINGS.map(({ name, title }) => {
    const value = settingText(settingNow(settings, name)) || 'none';
    return [name, settings[name] === undefined ? paint.dim(`${value} (default)`) : paint.bold(value), title];
  });
  return `${table(['setting', 'value', 'what'], rows, paint)}\n`;
}
