// Which time a site starts with. In the boot that it knows, it goes on by boot time, whatever the system clock says. In
// another one the system clock is read: as it stands, and as it stood against the site's time before. A reading can be true
// when it is not before what has surely passed, and no later than a power-off of POWER_OFF_MS_MAX explains; the earliest such
// is taken, because every one of them assumes time that nobody saw pass.
//
//   readings that can be true                         time              in doubt
//   one, or one close to when the site was stopped that reading       only a jump, or a contradiction, that was in doubt before
//   several                                           the earliest      boot-ambiguous
//   none: before what has passed                      the ratchet       boot-behind
//   none: too late                                    the ratchet       boot-ahead
//
// Nothing of it raises the ratchet: a wrong start leaves no trace but the time that passed in it.
import { SOFTWARE_BORN_MS } from '#model/site';
import { APART_MS, CHIP_MS, JUMP_MS, SHORT_OFF_MS } from './limits.ts';
import { isPlausible, ratchetTime, siteTime } from './line.ts';
import type { ClockReading, ClockState, ClockStep } from './state.ts';

const offsetOf = (state: ClockState | undefined): number =>
  state ? state.siteMinusBootMs - state.systemMinusBootMs : 0;

/** The readings that can be true, the earliest first. */
function readingsOf(saved: ClockState | undefined, base: ClockState, now: ClockReading): number[] {
  const read = [now.systemMs, now.systemMs + offsetOf(saved)].filter((ms) => isPlausible(base, now, ms, CHIP_MS));
  return read.sort((a, b) => a - b).filter((ms, i) => i === 0 || ms - (read[0] ?? ms) >= JUMP_MS);
}

/** Close to when the site's time was last written down: another reading would have to be so by chance. */
function isClose(saved: ClockState | undefined, base: ClockState, now: ClockReading, timeMs: number): boolean {
  const written = saved ? saved.ratchet.bootMs + saved.siteMinusBootMs : 0;
  return [ratchetTime(base, now), written].some((at) => timeMs >= at - CHIP_MS && timeMs - at <= SHORT_OFF_MS);
}

/** The state of a boot in which nothing is known but the ratchet. */
function unread(saved: ClockState | undefined, now: ClockReading): ClockState {
  const { timeMs, slackMs } = saved?.ratchet ?? { timeMs: SOFTWARE_BORN_MS, slackMs: 0 };
  return {
    version: 1,
    bootId: now.bootId,
    // The time since the machine started has passed too.
    ratchet: { timeMs, bootMs: 0, slackMs },
    siteMinusBootMs: timeMs,
    systemMinusBootMs: now.systemMs - now.bootMs,
    basis: 'ratchet',
    ...(saved?.corroborated && { corroborated: saved.corroborated }),
  };
}

const WARNINGS = {
  'boot-behind': ['SystemClockBehind', 'the system clock started before a time that has surely passed'],
  'boot-ahead': ['SystemClockAhead', 'the system clock started later than any power-off explains'],
  'boot-ambiguous': [
    'SystemClockAmbiguous',
    'the system clock can be read in two ways, and nothing says which is true',
  ],
} as const;

/** Where a jump was in doubt, the site goes on without it, and with the doubt. */
function withoutJump(saved: ClockState | undefined, base: ClockState, now: ClockReading): ClockState | undefined {
  if (saved?.doubt?.kind !== 'system-jump') return undefined;
  const { byMs } = saved.doubt;
  const timeMs = now.systemMs - byMs;
  if (!isPlausible(base, now, timeMs, CHIP_MS)) return undefined;
  return {
    ...base,
    siteMinusBootMs: timeMs - now.bootMs,
    systemMinusBootMs: base.systemMinusBootMs - byMs - offsetOf(saved),
    basis: 'system',
    doubt: { ...saved.doubt, sinceMs: timeMs },
  };
}

/** Reads the system clock as at a start. */
export function readBoot(saved: ClockState | undefined, now: ClockReading): ClockStep {
  const base = unread(saved, now);
  const kept = withoutJump(saved, base, now);
  if (kept) return { state: kept, actions: [{ do: 'save' }] };
  const possible = readingsOf(saved, base, now);
  const close = possible.filter((ms) => isClose(saved, base, now, ms));
  const chosen = close[0] ?? possible[0];
  if (chosen === undefined) {
    const byMs = now.systemMs - ratchetTime(base, now);
    return doubted(base, now, byMs < 0 ? 'boot-behind' : 'boot-ahead', byMs);
  }
  const read: ClockState = { ...base, siteMinusBootMs: chosen - now.bootMs, basis: 'system' };
  const other = possible.find((ms) => ms !== chosen);
  // That one is close says nothing against another that is not much further: both are, then.
  const apartMs = (other ?? chosen) - chosen;
  const isChance = close.length === 0 || (apartMs >= APART_MS && (close.length > 1 || apartMs <= SHORT_OFF_MS));
  if (other !== undefined && isChance) return doubted(read, now, 'boot-ambiguous', other - chosen);
  return { state: stillContradicted(saved, read, now), actions: [{ do: 'save' }] };
}

/** Somebody who contradicted the site's time is not forgotten by a start, unless the time read now is what he said. */
function stillContradicted(saved: ClockState | undefined, read: ClockState, now: ClockReading): ClockState {
  if (saved?.doubt?.kind !== 'source') return read;
  const site = siteTime(read, now);
  const byMs = now.systemMs + offsetOf(saved) + saved.doubt.byMs - site;
  return Math.abs(byMs) <= CHIP_MS ? read : { ...read, doubt: { ...saved.doubt, sinceMs: site, byMs } };
}

function doubted(state: ClockState, now: ClockReading, kind: keyof typeof WARNINGS, byMs: number): ClockStep {
  const [reason, message] = WARNINGS[kind];
  return {
    state: { ...state, doubt: { kind, sinceMs: siteTime(state, now), byMs } },
    actions: [{ do: 'save' }, { do: 'tell', type: 'Warning', reason, message }],
  };
}

/** `saved` is what the last holdfastd wrote; undefined on a new site. */
export function clockStart(saved: ClockState | undefined, now: ClockReading): ClockStep {
  return saved?.bootId === now.bootId ? { state: saved, actions: [] } : readBoot(saved, now);
}
