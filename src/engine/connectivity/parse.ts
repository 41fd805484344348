// The text that a state is kept as, and the way back: whatever this software did not write is refused, with what is wrong.
import { WorldError } from '#base';
import { CONNECTIVITY_MODES, isLegalPair, PLANES } from '#model/site';
import { CONNECTIVITY_VERSION, type ConnectivityState } from './connectivity.ts';
import { CONTACTS_MAX, HISTORY_ENTRIES_MAX } from './limits.ts';

/** Milliseconds that a date can hold (ECMAScript, time values). */
const TIME_MAX = 8_640_000_000_000_000;

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTime = (value: unknown): value is number => Number.isSafeInteger(value) && Math.abs(Number(value)) <= TIME_MAX;
const isAscending = (times: readonly number[]): boolean =>
  times.every((time, i) => i === 0 || time > (times[i - 1] ?? 0));
const isOneOf = <T extends string>(value: unknown, known: readonly T[]): value is T =>
  known.some((one) => one === value);
const isStanding = (value: unknown): boolean =>
  isObject(value) &&
  isOneOf(value.plane, PLANES) &&
  isOneOf(value.mode, CONNECTIVITY_MODES) &&
  isLegalPair(value.plane, value.mode);

const isChange = (value: unknown): boolean =>
  isObject(value) &&
  isTime(value.at) &&
  isStanding(value.from) &&
  isStanding(value.to) &&
  typeof value.reason === 'string';

function problemOf(state: Json): string | undefined {
  const { contacts, history, activatedAt, lastContactAt } = state;
  const isActivated = state.mode !== 'NotActivated';
  if (!isStanding(state)) return `plane ${String(state.plane)} with mode ${String(state.mode)} cannot be`;
  if (!isTime(state.since) || !isTime(state.planeSince)) return 'since and planeSince must be times';
  if (typeof state.planeReason !== 'string') return 'planeReason must be a text';
  if (!Array.isArray(contacts) || !contacts.every(isTime) || !isAscending(contacts))
    return 'contacts must be ascending times';
  if (contacts.length > CONTACTS_MAX) return `it has ${contacts.length} contacts; at most ${CONTACTS_MAX} are kept`;
  if (isActivated ? !isTime(activatedAt) : activatedAt !== null) return `activatedAt does not fit mode ${state.mode}`;
  if (
    isActivated ? !contacts.some((contact) => contact === lastContactAt) : lastContactAt !== null || contacts.length > 0
  )
    return 'lastContactAt is none of its contacts';
  if (!Array.isArray(history) || !history.every(isChange))
    return 'history must be changes from a standing to a standing';
  return history.length > HISTORY_ENTRIES_MAX ? `its history has ${history.length} entries` : undefined;
}

const corrupt = (what: string, cause?: unknown): WorldError =>
  new WorldError('Corrupt', `the connectivity state is damaged: ${what}`, {
    attempted: 'read the connectivity state',
    cure: 'put the file back from a backup of the data folder',
    cause,
  });

/** Errors: WorldError `Corrupt`, and `Unsupported` for another version. */
export function connectivityParse(text: string): ConnectivityState {
  let state: unknown;
  try {
    state = JSON.parse(text);
  } catch (error) {
    throw corrupt('it is no JSON', error);
  }
  if (!isObject(state)) throw corrupt('it is no object');
  if (state.version !== CONNECTIVITY_VERSION) {
    if (!Number.isSafeInteger(state.version)) throw corrupt('it has no version');
    throw new WorldError(
      'Unsupported',
      `the connectivity state has version ${state.version}; this software knows version ${CONNECTIVITY_VERSION}`,
      { cure: 'use the software that wrote it, or a newer one' },
    );
  }
  const problem = problemOf(state);
  if (problem) throw corrupt(problem);
  return state as unknown as ConnectivityState;
}

export const connectivityText = (state: ConnectivityState): string => `${JSON.stringify(state)}\n`;
