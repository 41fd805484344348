// Makes a time that somebody vouches for the site's own.
import type { TimeSource } from '#model/site';
import { LEEWAY_MS, STEP_TOLD_MS, VOUCHED_MS } from './limits.ts';
import { siteTime, vouchedRatchet } from './line.ts';
import type { ClockAction, ClockReading, ClockState, ClockStep, Ratchet } from './state.ts';
import { momentText, spanText } from './text.ts';

export interface Vouched {
  readonly source: TimeSource;
  readonly timeMs: number;
  readonly uncertaintyMs: number;
}

/** Who is believed over whom; equals may correct themselves and each other. */
const RANK: Readonly<Record<TimeSource, number>> = { bundle: 0, peer: 1, hub: 1, ntp: 2, operator: 3 };
export const outranks = (one: TimeSource, other: TimeSource): boolean => one !== other && RANK[one] > RANK[other];

const SAYS: Readonly<Record<TimeSource, string>> = {
  operator: 'as the operator stated',
  ntp: 'as the time servers agree',
  hub: 'as the hub says',
  peer: 'as the other node says',
  bundle: 'since a signed bundle is from then',
};

/** The state without what was in doubt, the system clock accounted for as it stands. */
export const settled = (state: ClockState, now: ClockReading): ClockState => {
  const { doubt: _, ...rest } = state;
  return { ...rest, systemMinusBootMs: now.systemMs - now.bootMs };
};

/** What credentials may be judged by after the site's time steps by `byMs`, on top of an earlier step's leeway. */
export function leewayAfter(state: ClockState, now: ClockReading, byMs: number): ClockState['leeway'] {
  const old = state.leeway && state.leeway.untilBootMs > now.bootMs ? state.leeway : undefined;
  if (Math.abs(byMs) < STEP_TOLD_MS) return old;
  const backMs = Math.max(0, (old?.backMs ?? 0) + byMs);
  const aheadMs = Math.max(0, (old?.aheadMs ?? 0) - byMs);
  return { backMs, aheadMs, untilBootMs: now.bootMs + LEEWAY_MS };
}

/** Steps the site's time to `timeMs`; the ratchet is given. */
export function moveTo(
  state: ClockState,
  now: ClockReading,
  to: { readonly timeMs: number; readonly ratchet: Ratchet },
): { readonly state: ClockState; readonly byMs: number; readonly actions: readonly ClockAction[] } {
  const byMs = to.timeMs - siteTime(state, now);
  const leeway = leewayAfter(state, now, byMs);
  const { leeway: _, ...rest } = settled(state, now);
  const moved = { ...rest, ...(leeway && { leeway }), siteMinusBootMs: to.timeMs - now.bootMs, ratchet: to.ratchet };
  return { state: moved, byMs, actions: Math.abs(byMs) < STEP_TOLD_MS ? [] : [{ do: 'replan', byMs }] };
}

/** What the site keeps of being vouched for now. */
export const vouching = (now: ClockReading, source: TimeSource, atMs: number): Pick<ClockState, 'corroborated'> => ({
  corroborated: { source, atMs, bootId: now.bootId, bootMs: now.bootMs },
});

/** The vouched time becomes the site's; never lowers the ratchet. */
export function adopt(state: ClockState, now: ClockReading, vouched: Vouched): ClockStep {
  const { source, timeMs } = vouched;
  const { undo: _, ...before } = state;
  const moved = moveTo(before, now, { timeMs, ratchet: vouchedRatchet(state, now, vouched) });
  const next: ClockState = { ...moved.state, basis: source, ...vouching(now, source, timeMs) };
  const actions: ClockAction[] = [...moved.actions, { do: 'save' }];
  if (moved.actions.length > 0 || state.doubt) {
    const message = `the site's time is ${momentText(timeMs)}, ${SAYS[source]} (${spanText(moved.byMs)})`;
    actions.push({ do: 'tell', type: 'Normal', reason: 'ClockSet', message });
  }
  return { state: next, actions };
}

/** Whether the site's time rests on somebody else already, who is believed no less and spoke not long ago: two who agree do not take
 * turns in vouching, and who is believed less does not make the time his own by saying the same. */
function restsOnOther({ corroborated: by }: ClockState, now: ClockReading, source: TimeSource): boolean {
  if (by === undefined || by.bootId !== now.bootId || by.source === source) return false;
  return !outranks(source, by.source) && now.bootMs - by.bootMs < VOUCHED_MS;
}

/** Somebody agrees with the site's time as it is. */
export function agree(state: ClockState, now: ClockReading, vouched: Vouched): ClockStep {
  const { source, timeMs, uncertaintyMs } = vouched;
  const atMs = siteTime(state, now);
  const ratchet = vouchedRatchet(state, now, { timeMs: Math.min(timeMs, atMs), uncertaintyMs });
  const { undo: _, ...before } = state.doubt ? settled(state, now) : state;
  const stays = restsOnOther(state, now, source);
  const next: ClockState = { ...before, ratchet, ...(!stays && { basis: source, ...vouching(now, source, atMs) }) };
  const isNew =
    state.doubt !== undefined || (!stays && (state.corroborated?.bootId !== now.bootId || state.basis !== source));
  if (!isNew) return { state: next, actions: [] };
  const message = `the site's time is right, ${SAYS[source]}`;
  return {
    state: next,
    actions: [{ do: 'save' }, { do: 'tell', type: 'Normal', reason: 'ClockCorroborated', message }],
  };
}
