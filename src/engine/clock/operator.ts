// What the operator decides about time: accept what is tentative, state the true time, or take either back. He stands at the
// site and has the last word, so he alone can lower the ratchet, or one slip of the keys would poison the site for good; it is
// said aloud when he does.
import { SOFTWARE_BORN_MS } from '#model/site';
import { moveTo, settled, vouching } from './adopt.ts';
import { STATED_MS_MAX } from './limits.ts';
import { ratchetSlack, ratchetTime, siteTime } from './line.ts';
import type { ClockAction, ClockReading, ClockState, ClockStep } from './state.ts';
import { momentText, spanText } from './text.ts';

const refuse = (state: ClockState, code: 'Conflict' | 'Invalid', message: string, cure: string): ClockStep => ({
  state,
  actions: [{ do: 'refuse', code, message, cure }],
});

/** What confirming would make the time; undefined when nothing is tentative. */
export function proposedTime(state: ClockState, now: ClockReading): number | undefined {
  switch (state.doubt?.kind) {
    case undefined:
      return undefined;
    case 'boot-ahead':
    case 'system-jump':
      return now.systemMs;
    case 'source':
      return siteTime(state, now) + state.doubt.byMs;
    case 'boot-behind':
    case 'boot-ambiguous':
      return siteTime(state, now);
  }
}

export function confirm(state: ClockState, now: ClockReading, statedMs: number | undefined): ClockStep {
  const timeMs = statedMs ?? proposedTime(state, now);
  if (timeMs === undefined)
    return refuse(
      state,
      'Conflict',
      'no time is tentative: there is nothing to confirm',
      'state the true time with --time, or leave it as it is',
    );
  if (!(timeMs >= SOFTWARE_BORN_MS && timeMs <= SOFTWARE_BORN_MS + STATED_MS_MAX))
    return refuse(
      state,
      'Invalid',
      `${Number.isFinite(timeMs) ? momentText(timeMs) : 'that'} cannot be the time: this software is from ${momentText(SOFTWARE_BORN_MS)}, and lasts until ${momentText(SOFTWARE_BORN_MS + STATED_MS_MAX)}`,
      'state the time as it is now with --time, for example 2027-03-01T12:00:00Z',
    );
  const passed = ratchetTime(state, now);
  const moved = moveTo(state, now, { timeMs, ratchet: { timeMs, bootMs: now.bootMs, slackMs: 0 } });
  const next: ClockState = {
    ...moved.state,
    basis: 'operator',
    ...vouching(now, 'operator', timeMs),
    undo: {
      byMs: moved.byMs,
      ratchetBeforeMs: passed,
      ratchetAfterMs: timeMs,
      basis: state.basis,
      ...(state.corroborated && { corroborated: state.corroborated }),
    },
  };
  const message = `the operator ${statedMs === undefined ? 'confirmed the tentative time' : 'stated the time'}: ${momentText(timeMs)} (${spanText(moved.byMs)})`;
  const actions: ClockAction[] = [
    ...moved.actions,
    { do: 'save' },
    { do: 'tell', type: 'Normal', reason: 'ClockConfirmed', message },
  ];
  if (timeMs < passed) actions.push(lowered(passed, timeMs));
  return { state: next, actions };
}

const lowered = (fromMs: number, toMs: number): ClockAction => ({
  do: 'tell',
  type: 'Warning',
  reason: 'RatchetLowered',
  message: `by the operator's word, what has surely passed is ${momentText(toMs)}, no longer ${momentText(fromMs)}`,
});

/** Drops what is tentative; without that, takes back what the operator stated last in this boot. */
export function undo(state: ClockState, now: ClockReading): ClockStep {
  if (state.doubt) {
    const message = `the operator dropped the tentative time; the site stays at ${momentText(siteTime(state, now))}`;
    return {
      state: settled(state, now),
      actions: [{ do: 'save' }, { do: 'tell', type: 'Normal', reason: 'ClockUndone', message }],
    };
  }
  if (!state.undo)
    return refuse(
      state,
      'Conflict',
      'there is nothing to undo: no time is tentative, and none was stated since the machine started',
      'state the true time with `holdfast clock confirm --time`',
    );
  const { byMs, ratchetBeforeMs, ratchetAfterMs, basis, corroborated } = state.undo;
  const passed = ratchetTime(state, now);
  const timeMs = siteTime(state, now) - byMs;
  const elapsedMs = Math.max(0, passed - ratchetAfterMs);
  const ratchet = { timeMs: ratchetBeforeMs + elapsedMs, bootMs: now.bootMs, slackMs: ratchetSlack(state, now) };
  const { undo: _, corroborated: __, ...before } = state;
  const moved = moveTo(before, now, { timeMs, ratchet });
  const message = `the operator took back what was stated: the site's time is ${momentText(timeMs)} (${spanText(moved.byMs)})`;
  const actions: ClockAction[] = [
    ...moved.actions,
    { do: 'save' },
    { do: 'tell', type: 'Normal', reason: 'ClockUndone', message },
  ];
  if (ratchet.timeMs < passed) actions.push(lowered(passed, ratchet.timeMs));
  return { state: { ...moved.state, basis, ...(corroborated && { corroborated }) }, actions };
}
