// Keeps the settings of the site: one file, written by this process alone, read by whoever goes by them.

import { messageOf } from '#base';
import { refuseUnlessAllowed } from '#model/operations';
import {
  type ServicesAnswer,
  type ServicesRequest,
  type SettingValue,
  type SiteSettings,
  type Standing,
  settingNamed,
  settingsParse,
  settingText,
  settingValue,
} from '#model/site';
import { readTextIfPresent, writeFileAtomic } from '#platform/disk';
import type { DesiredEvent, SettingsDoor } from '#services/desired-state';

export interface SettingsKeeper extends SettingsDoor {
  current(): SiteSettings;
  /** Called after every change, whoever made it. */
  onChange(listener: () => void): void;
}

export interface SettingsOptions {
  readonly file: string;
  event(event: DesiredEvent): void;
}

export function settingsKeeper({ file, event }: SettingsOptions): SettingsKeeper {
  const current = (): SiteSettings => settingsParse(readTextIfPresent(file)).settings;
  const listeners: (() => void)[] = [];
  const changed = (settings: SiteSettings, message: string): void => {
    writeFileAtomic(file, `${JSON.stringify(settings, null, 2)}\n`);
    event({ type: 'Normal', subject: 'settings', reason: 'SettingChanged', message });
    for (const listener of listeners) listener();
  };
  return {
    current,
    onChange: (listener) => void listeners.push(listener),
    problem(name, value) {
      try {
        settingValue(name, value);
        return undefined;
      } catch (error) {
        return messageOf(error);
      }
    },
    set(name, value) {
      const kept: SettingValue = settingValue(name, value);
      changed({ ...current(), [name]: kept }, `${name} is now ${settingText(kept) || 'empty'}`);
    },
    unset(name) {
      const { [settingNamed(name).name]: _gone, ...others } = current();
      changed(others, `${name} is the default again`);
    },
  };
}

export type SettingsRequest = Extract<ServicesRequest, { verb: `settings-${string}` }>;

export const isSettingsRequest = (request: ServicesRequest): request is SettingsRequest =>
  request.verb.startsWith('settings-');

/** All or nothing. Errors: WorldError `Refused`, `Invalid`. */
export function answerSettings(keeper: SettingsKeeper, standing: Standing, request: SettingsRequest): ServicesAnswer {
  refuseUnlessAllowed('site-settings', standing);
  if (request.verb === 'settings-set') {
    const values = Object.entries(request.settings);
    for (const [name, value] of values) settingValue(name, value);
    for (const [name, value] of values) keeper.set(name, value);
  } else {
    for (const name of request.names) settingNamed(name);
    for (const name of request.names) keeper.unset(name);
  }
  return { kind: 'settings', settings: keeper.current() };
}
