// What is told of the site's clock: to people, to the condition ClockTrusted, to every process.
import type { ClockDoubtKind, ClockStatus, TimeSource } from '#model/site';
import { ratchetTime, siteTime } from './line.ts';
import { proposedTime } from './operator.ts';
import type { ClockReading, ClockState } from './state.ts';
import { momentText, spanText } from './text.ts';

const NAMES: Readonly<Record<TimeSource, string>> = {
  operator: 'the operator',
  ntp: 'the time servers',
  hub: 'the hub',
  peer: 'the other node',
  bundle: 'a signed bundle',
};

const REASONS: Readonly<Record<ClockDoubtKind, string>> = {
  'system-jump': 'SystemClockJumped',
  'boot-behind': 'SystemClockBehind',
  'boot-ahead': 'SystemClockAhead',
  'boot-ambiguous': 'SystemClockAmbiguous',
  source: 'TimeSourcesDisagree',
};

function restsOn(state: ClockState, now: ClockReading): string {
  const { basis, corroborated } = state;
  if (basis === 'system') return 'the system clock, as it stood at the start; nobody has vouched for it yet';
  if (basis === 'ratchet') return 'what has surely passed; the system clock cannot be right';
  const agoMs = siteTime(state, now) - (corroborated?.atMs ?? siteTime(state, now));
  return `${NAMES[basis]}, ${spanText(Math.max(0, agoMs)).slice(1)} ago`;
}

function doubtMessage(state: ClockState, now: ClockReading): string {
  const { doubt } = state;
  const site = momentText(siteTime(state, now));
  switch (doubt?.kind) {
    case 'system-jump':
      return `the system clock says ${momentText(now.systemMs)} after a jump that nobody vouches for; the site goes on at ${site}`;
    case 'boot-behind':
      return `the system clock says ${momentText(now.systemMs)}, before what has surely passed; the site goes on from there, at ${site}`;
    case 'boot-ahead':
      return `the system clock says ${momentText(now.systemMs)}, later than a power-off explains; the site goes on from what has surely passed, at ${site}`;
    case 'boot-ambiguous':
      return `the time is ${site} or ${momentText(siteTime(state, now) + doubt.byMs)}; the site goes on with the earlier`;
    default:
      return doubt?.source
        ? `${NAMES[doubt.source]} says that it is ${momentText(siteTime(state, now) + doubt.byMs)}, against what was known; the site goes on at ${site}`
        : '';
  }
}

export function clockStatus(state: ClockState, now: ClockReading): ClockStatus {
  const time = siteTime(state, now);
  const { doubt, corroborated } = state;
  const proposed = proposedTime(state, now) ?? time;
  return {
    time: momentText(time),
    trusted: doubt === undefined,
    restsOn: { kind: state.basis, text: restsOn(state, now) },
    systemTime: momentText(now.systemMs),
    offsetMs: Math.round(time - now.systemMs),
    ratchet: momentText(ratchetTime(state, now)),
    corroborated: corroborated ? { source: corroborated.source, at: momentText(corroborated.atMs) } : null,
    tentative: doubt
      ? {
          kind: doubt.kind,
          reason: REASONS[doubt.kind],
          message: doubtMessage(state, now),
          since: momentText(doubt.sinceMs),
          proposal: momentText(proposed),
          proposalByMs: Math.round(proposed - time),
        }
      : null,
  };
}

/** What the condition ClockTrusted says. */
export function clockCondition(
  state: ClockState,
  now: ClockReading,
): { holds: boolean; reason: string; message: string } {
  const { tentative, restsOn: on } = clockStatus(state, now);
  if (tentative)
    return { holds: false, reason: tentative.reason, message: `${tentative.message}; see \`holdfast clock\`` };
  const reason = { system: 'Plausible', ratchet: 'ElapsedTime' }[state.basis as string] ?? 'Corroborated';
  return { holds: true, reason, message: `the time rests on ${on.text}` };
}

/** How every process computes the site's time: system clock plus `offsetMs`, as long as the system clock stands where it stood. */
export interface ToldClock {
  readonly version: 1;
  readonly offsetMs: number;
  readonly systemMinusBootMs: number;
  readonly leeway?: ClockState['leeway'];
}

export function toldClock(state: ClockState, now: ClockReading): ToldClock {
  const { leeway } = state;
  const isOpen = leeway !== undefined && leeway.untilBootMs > now.bootMs;
  return {
    version: 1,
    offsetMs: Math.round(siteTime(state, now) - now.systemMs),
    systemMinusBootMs: Math.round(now.systemMs - now.bootMs),
    ...(isOpen && { leeway }),
  };
}
