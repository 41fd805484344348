// Keeps the time of this site with this machine's clocks; decided when it returns.
import { type Site, type SiteFolders, SOFTWARE_BORN_MS, settingNow, settingsParse } from '#model/site';
import { machineTime, systemClock } from '#platform/clock';
import { readTextIfPresent } from '#platform/disk';
import type { Log } from '#platform/log';
import { ntpClient } from '#platform/ntp';
import { bootId, runOrThrow } from '#platform/process';
import type { EventLog } from '#services/supervisor';
import { type ClockSettings, keepTime, type Timekeeper } from '#services/timekeeping';

/** A setting that is absent or makes no sense counts as not set. */
function clockSettings(folders: SiteFolders, log: Log): ClockSettings {
  try {
    const { settings } = settingsParse(readTextIfPresent(folders.settingsFile));
    return {
      ntpServers: settingNow<readonly string[]>(settings, 'ntpServers'),
      setSystemClock: settingNow<boolean>(settings, 'setSystemClock'),
    };
  } catch (error) {
    log.warn('the settings cannot be read; no time server is asked', { error });
    return { ntpServers: [], setSystemClock: false };
  }
}

export function siteTimekeeper(of: { site: Site; folders: SiteFolders; events: EventLog; log: Log }): Timekeeper {
  const { site, folders, events, log } = of;
  const boot = bootId();
  return keepTime({
    ratchetFile: folders.clockRatchet,
    clockFile: folders.clockFile,
    clock: systemClock,
    reading: () => ({ bootId: boot, bootMs: machineTime.bootMs(), systemMs: machineTime.systemMs() }),
    ntp: ntpClient({ clock: systemClock, notBeforeMs: SOFTWARE_BORN_MS }),
    settings: () => clockSettings(folders, log),
    setSystem: async (timeMs) => void (await runOrThrow('date', ['--utc', '--set', `@${(timeMs / 1000).toFixed(3)}`])),
    event: ({ type, reason, message }) => events.add({ type, subject: `${site.name} clock`, reason, message }),
    log,
  });
}
