// The site's clock. Its time grows with boot time, which nothing can set; the system clock is only read at a start, and
// watched. So while a jump is in doubt, every process goes on with the last trusted time, as if nothing had jumped.
// A site is trusted (nobody contradicts: `plausible` or `corroborated`) or in doubt, for one reason at a time.
//
//   state \ event   system steps          system steps back   sample agrees   sample differs          confirm       undo
//   plausible       system-jump (1)       -                   corroborated    corroborated, moved (2) corroborated  taken back (5)
//   corroborated    system-jump (1)       -                   corroborated    moved (2) or source (3) corroborated  taken back (5)
//   system-jump     system-jump           trusted again       corroborated    moved (2) or source (3) corroborated  trusted
//   boot-*          read again (4)        read again (4)      corroborated    moved (2) or source (3) corroborated  trusted
//   source          source                source              trusted (6)     moved (2) or source (3) corroborated  trusted
//
//   1  unless it came to where the site's time is: then the jump is explained by that.
//   2  when it can be true by the ratchet, and who says it outranks or is who vouched before in this boot.
//   3  otherwise: the time goes on, and the operator chooses.
//   4  a start that found nothing believable is as good as a new one when the system clock is set.
//   5  when the operator stated a time in this boot; refused otherwise, as confirming is when nothing is tentative.
//   6  by whoever is in doubt, or outranks it; else it stays source.
//
// Who agrees becomes who vouches, unless somebody who is believed no less did so in this boot, and not a day ago.
//
// The ratchet rises with boot time and to what somebody vouches for; nothing but the operator lowers it.
import type { TimeSource } from '#model/site';
import { adopt, agree, leewayAfter, outranks, settled } from './adopt.ts';
import { AGREES_MS, DRIFT, JUMP_MS } from './limits.ts';
import { isPlausible, raisedRatchet, siteTime } from './line.ts';
import { confirm, undo } from './operator.ts';
import { readBoot } from './start.ts';
import type { ClockEvent, ClockReading, ClockState, ClockStep } from './state.ts';
import { momentText, spanText } from './text.ts';

type Sample = Extract<ClockEvent, { kind: 'sample' }>;

export function clockStep(state: ClockState, event: ClockEvent, now: ClockReading): ClockStep {
  switch (event.kind) {
    case 'look':
      return watchSystem(state, now);
    case 'sample':
      return event.source === 'bundle' ? heardBundle(state, event, now) : heard(state, event, now);
    case 'confirm':
      return confirm(state, now, event.timeMs);
    case 'undo':
      return undo(state, now);
  }
}

function watchSystem(state: ClockState, now: ClockReading): ClockStep {
  const movedMs = now.systemMs - now.bootMs - state.systemMinusBootMs;
  const { doubt } = state;
  if (doubt?.kind === 'source') return { state, actions: [] };
  if (Math.abs(movedMs) < JUMP_MS) {
    if (doubt?.kind !== 'system-jump') return { state, actions: [] };
    return trustedAgain(state, now, 'the system clock is back where it was');
  }
  if (doubt && doubt.kind !== 'system-jump') return readAgain(state, now);
  const byMs = now.systemMs - siteTime(state, now);
  if (Math.abs(byMs) < JUMP_MS) return trustedAgain(state, now, "the system clock was set to the site's time");
  if (doubt && Math.abs(doubt.byMs - byMs) < JUMP_MS) return { state, actions: [] };
  const sinceMs = doubt?.sinceMs ?? siteTime(state, now);
  const message = `the system clock was moved by ${spanText(movedMs)} to ${momentText(now.systemMs)}, and nobody vouches for it; the site goes on at ${momentText(siteTime(state, now))}`;
  return {
    state: { ...state, doubt: { kind: 'system-jump', sinceMs, byMs } },
    actions: [{ do: 'save' }, { do: 'tell', type: 'Warning', reason: 'SystemClockJumped', message }],
  };
}

function trustedAgain(state: ClockState, now: ClockReading, message: string): ClockStep {
  return {
    state: settled(state, now),
    actions: [{ do: 'save' }, { do: 'tell', type: 'Normal', reason: 'ClockTrusted', message }],
  };
}

/** The system clock was set after a start that found nothing believable. */
function readAgain(state: ClockState, now: ClockReading): ClockStep {
  const { doubt: _, ...before } = state;
  const ratchet = raisedRatchet(state, now);
  // A start counts the time since the machine started on top; here it is in the ratchet already.
  const atStart = { ...ratchet, timeMs: ratchet.timeMs - now.bootMs };
  const read = readBoot({ ...before, ratchet: atStart, siteMinusBootMs: before.systemMinusBootMs }, now);
  if (read.state.doubt) {
    const same = read.state.doubt.kind === state.doubt?.kind;
    const doubt = { ...read.state.doubt, sinceMs: state.doubt?.sinceMs ?? read.state.doubt.sinceMs };
    const kept: ClockState = { ...settled(state, now), ratchet, doubt };
    return { state: kept, actions: same ? [{ do: 'save' }] : read.actions };
  }
  const timeMs = siteTime(read.state, now);
  const byMs = timeMs - siteTime(state, now);
  const message = `the system clock was set, and can be true: the site's time is ${momentText(timeMs)} (${spanText(byMs)})`;
  const leeway = leewayAfter(state, now, byMs);
  return {
    state: { ...read.state, ratchet, ...(leeway && { leeway }) },
    actions: [{ do: 'replan', byMs }, { do: 'save' }, { do: 'tell', type: 'Normal', reason: 'ClockSet', message }],
  };
}

function heard(state: ClockState, sample: Sample, now: ClockReading): ClockStep {
  const { source, timeMs, uncertaintyMs } = sample;
  const site = siteTime(state, now);
  const byMs = timeMs - site;
  const { doubt, corroborated } = state;
  const here = corroborated?.bootId === now.bootId ? corroborated : undefined;
  const outranked = (other: TimeSource | undefined): boolean => other !== undefined && outranks(other, source);
  if (Math.abs(byMs) <= AGREES_MS + uncertaintyMs) {
    const stays = doubt?.kind === 'source' && doubt.source !== source && outranked(doubt.source);
    return stays ? { state, actions: [] } : agree(state, now, sample);
  }
  const drift = here ? DRIFT * (now.bootMs - here.bootMs) + AGREES_MS + uncertaintyMs : 0;
  const believed = here === undefined || Math.abs(byMs) <= drift || !outranked(here.source);
  if (believed && isPlausible(state, now, timeMs, uncertaintyMs)) return adopt(state, now, sample);
  if (doubt?.kind === 'source' && doubt.source === source && Math.abs(doubt.byMs - byMs) < AGREES_MS + uncertaintyMs)
    return { state, actions: [] };
  const message = `${source} says that it is ${momentText(timeMs)}, which contradicts what is known; the site goes on at ${momentText(site)}`;
  return {
    state: { ...state, doubt: { kind: 'source', source, sinceMs: site, byMs } },
    actions: [{ do: 'save' }, { do: 'tell', type: 'Warning', reason: 'TimeSourcesDisagree', message }],
  };
}

/** It is at least as late as a bundle's signature. */
function heardBundle(state: ClockState, sample: Sample, now: ClockReading): ClockStep {
  if (sample.timeMs > siteTime(state, now)) return heard(state, sample, now);
  const ratchet = raisedRatchet(state, now);
  if (sample.timeMs <= ratchet.timeMs) return { state, actions: [] };
  return {
    state: { ...state, ratchet: { timeMs: sample.timeMs, bootMs: now.bootMs, slackMs: 0 } },
    actions: [{ do: 'save' }],
  };
}
