// When a link counts as weak and as gone, by the settings of the site.
import { type SiteSettings, settingNow } from '#model/site';
import { type ConnectivitySettings, DAY_MS } from './limits.ts';

const MINUTE_MS = 60_000;

/** What each setting may be makes sure that a link is weak before it is gone. */
export const connectivitySettings = (settings: SiteSettings): ConnectivitySettings => ({
  semiConnectedAfterMs: settingNow<number>(settings, 'semiConnectedAfterMinutes') * MINUTE_MS,
  disconnectedAfterMs: settingNow<number>(settings, 'disconnectedAfterDays') * DAY_MS,
});
