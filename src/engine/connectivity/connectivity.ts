// How a site stands to its hub, as one state machine. The plane is declared; the mode follows from activation and from the time
// since the hub last acknowledged anything, and from nothing else: ticks, restarts, duplicates and lost events cannot change it.
//
//  NotActivated --activated--> Connected --15 min without ack--> SemiConnected --30 days--> Disconnected
//       ^                          ^------------ acknowledged ----------'-----------------------'
//       '------- deactivated ------'----------------------------'-------------------------------'
//
// The spans are what the settings say at first. Every event lets time pass up to `now`, edge by edge, each at the time when it was
// due; then it does what stands here.
//
//   plane  mode           activated P   acknowledged  retold   plane-taken  plane-given  deactivated         tick
//   local  NotActivated   P, Connected  ignored       ignored  ignored      ignored      ignored             -
//   local  Connected      ignored       -             by age   ignored      hub          local NotActivated  -
//   local  SemiConnected  ignored       Connected     by age   ignored      hub          local NotActivated  -
//   local  Disconnected   ignored       Connected     by age   ignored      hub          local NotActivated  -
//   hub    Connected      ignored       -             by age   local        ignored      local NotActivated  -
//   hub    SemiConnected  ignored       Connected     by age   local        ignored      local NotActivated  -
//   hub    Disconnected   ignored       Connected     by age   local        ignored      local NotActivated  -
//
// An acknowledgement that is not later than the last contact is ignored. A clock that goes back counts as no time passed
// (contacts.ts), and one that was far ahead leaves nothing behind once it is put right. "retold" is the last contact again, in a
// time that was set since: it takes the place of what was told of it, before any time passes. (hub, NotActivated) cannot be.
import { assert } from '#base';
import { CONNECTIVITY_MODES, type ConnectivityMode, type Plane, type Standing } from '#model/site';
import { contactAdded, contactsAt, lastContact } from './contacts.ts';
import {
  CONNECTIVITY_DEFAULTS,
  type ConnectivitySettings,
  DAY_MS,
  HISTORY_ENTRIES_MAX,
  REASON_LENGTH_MAX,
} from './limits.ts';

export const CONNECTIVITY_VERSION = 1;

/** Times are milliseconds since 1970, by the site's clock. */
export interface ConnectivityState {
  readonly version: typeof CONNECTIVITY_VERSION;
  readonly plane: Plane;
  /** When the plane was declared, and why. */
  readonly planeSince: number;
  readonly planeReason: string;
  readonly mode: ConnectivityMode;
  readonly since: number;
  readonly activatedAt: number | null;
  /** The contact that counted at the last step; null before activation. */
  readonly lastContactAt: number | null;
  /** Ascending; more than one only while the clock stands before a contact. */
  readonly contacts: readonly number[];
  /** The last changes, oldest first. */
  readonly history: readonly ConnectivityChange[];
}

export interface ConnectivityChange {
  readonly at: number;
  readonly from: Standing;
  readonly to: Standing;
  readonly reason: string;
}

export type ConnectivityEvent =
  /** The hub has taken the site in; `plane` is what the operator declared. */
  | { readonly kind: 'activated'; readonly plane: Plane }
  /** The hub has answered what was sent at `at`, by the site's clock. */
  | { readonly kind: 'acknowledged'; readonly at: number }
  /** The last contact was at `at`, by the clock as it is set now: how long ago it was is known, whatever the clock says. */
  | { readonly kind: 'retold'; readonly at: number }
  | { readonly kind: 'plane-taken'; readonly reason: string }
  | { readonly kind: 'plane-given' }
  | { readonly kind: 'deactivated' }
  | { readonly kind: 'tick' };

export type ConnectivityAction =
  /** Tell it: event, condition, metric, ConfigMap. */
  | ({ readonly kind: 'told' } & ConnectivityChange)
  /** The event changed nothing. */
  | { readonly kind: 'ignored'; readonly event: ConnectivityEvent['kind']; readonly reason: string };

export interface ConnectivityStep {
  readonly state: ConnectivityState;
  readonly actions: readonly ConnectivityAction[];
}

/** A site that was never activated. */
export function connectivityStart(now: number): ConnectivityState {
  return {
    version: CONNECTIVITY_VERSION,
    plane: 'local',
    planeSince: now,
    planeReason: 'the site was never activated',
    mode: 'NotActivated',
    since: now,
    activatedAt: null,
    lastContactAt: null,
    contacts: [],
    history: [],
  };
}

export const standingOf = ({ plane, mode }: ConnectivityState): Standing => ({ plane, mode });

/** What a change says beside where it leads. */
interface Change {
  readonly plane?: Plane;
  readonly mode?: ConnectivityMode;
  readonly at: number;
  readonly reason: string;
}

function changed({ state, actions }: ConnectivityStep, change: Change): ConnectivityStep {
  const { at, reason } = change;
  const to = { plane: change.plane ?? state.plane, mode: change.mode ?? state.mode };
  const entry: ConnectivityChange = { at, from: standingOf(state), to, reason };
  const next: ConnectivityState = {
    ...state,
    ...to,
    ...(to.mode === state.mode ? {} : { since: at }),
    ...(to.plane === state.plane ? {} : { planeSince: at, planeReason: reason }),
    history: [...state.history, entry].slice(-HISTORY_ENTRIES_MAX),
  };
  return { state: next, actions: [...actions, { kind: 'told', ...entry }] };
}

/** From the best to the worst; what a mode needs is that its span has passed without an acknowledgement. */
const agingOf = (settings: ConnectivitySettings) =>
  [
    { mode: 'Connected', afterMs: 0, span: '' },
    { mode: 'SemiConnected', afterMs: settings.semiConnectedAfterMs, span: spanText(settings.semiConnectedAfterMs) },
    { mode: 'Disconnected', afterMs: settings.disconnectedAfterMs, span: spanText(settings.disconnectedAfterMs) },
  ] as const;

const spanText = (ms: number): string =>
  ms >= 2 * DAY_MS ? `${Math.round(ms / DAY_MS)} days` : `${Math.round(ms / 60_000)} minutes`;

const rank = (mode: ConnectivityMode): number => CONNECTIVITY_MODES.indexOf(mode);

/** Lets time pass up to `now`. `better` says why the mode may be better than it was. */
function passed(step: ConnectivityStep, now: number, of: { settings: ConnectivitySettings; better: string }) {
  if (step.state.activatedAt === null) return step;
  const contacts = contactsAt(step.state.contacts, now);
  const contact = lastContact(contacts, now);
  let next: ConnectivityStep = { ...step, state: { ...step.state, contacts, lastContactAt: contact } };
  const reached = agingOf(of.settings).filter(({ afterMs }) => now - contact >= afterMs);
  const target = reached.at(-1)?.mode ?? 'Connected';
  if (rank(target) < rank(next.state.mode)) next = changed(next, { mode: target, at: now, reason: of.better });
  for (const { mode, afterMs, span } of reached)
    if (rank(mode) > rank(next.state.mode))
      next = changed(next, { mode, at: contact + afterMs, reason: `no acknowledgement from the hub for ${span}` });
  return next;
}

const ignored = ({ state, actions }: ConnectivityStep, event: ConnectivityEvent, reason: string): ConnectivityStep => ({
  state,
  actions: [...actions, { kind: 'ignored', event: event.kind, reason }],
});

/** The last contact in the time as it is set now; undefined when that tells nothing. */
function retold(state: ConnectivityState, at: number, now: number): ConnectivityState | undefined {
  if (state.activatedAt === null || at > now || at === state.lastContactAt) return undefined;
  return { ...state, contacts: [at], lastContactAt: at };
}

type Declared = Exclude<ConnectivityEvent, { kind: 'retold' }>;

/** What the event itself does, after time has passed. */
function declared(step: ConnectivityStep, event: Declared, now: number): ConnectivityStep {
  const { state, actions } = step;
  const isActivated = state.activatedAt !== null;
  if (event.kind === 'tick') return step;
  if (event.kind === 'activated') {
    if (isActivated) return ignored(step, event, 'the site is activated already');
    const joined = { ...state, activatedAt: now, lastContactAt: now, contacts: [now] };
    return changed(
      { state: joined, actions },
      { plane: event.plane, mode: 'Connected', at: now, reason: `activated with the plane ${event.plane}` },
    );
  }
  if (!isActivated) return ignored(step, event, 'the site was never activated: it has no hub');
  switch (event.kind) {
    case 'acknowledged': {
      const contacts = contactAdded(state.contacts, event.at, now);
      if (!contacts) return ignored(step, event, 'it is not later than the last contact');
      return { state: { ...state, contacts, lastContactAt: event.at }, actions };
    }
    case 'plane-taken':
      return state.plane === 'local'
        ? ignored(step, event, 'the plane is the local one already')
        : changed(step, { plane: 'local', at: now, reason: `taken: ${event.reason.slice(0, REASON_LENGTH_MAX)}` });
    case 'plane-given':
      return state.plane === 'hub'
        ? ignored(step, event, "the plane is the hub's already")
        : changed(step, { plane: 'hub', at: now, reason: 'given to the hub' });
    case 'deactivated':
      return changed(
        { state: { ...state, activatedAt: null, lastContactAt: null, contacts: [] }, actions },
        { plane: 'local', mode: 'NotActivated', at: now, reason: 'deactivated' },
      );
  }
}

/** The next state, and what must be told. The same event again changes nothing. */
export function connectivityStep(
  state: ConnectivityState,
  event: ConnectivityEvent,
  now: number,
  settings: ConnectivitySettings = CONNECTIVITY_DEFAULTS,
): ConnectivityStep {
  assert(
    settings.semiConnectedAfterMs > 0 && settings.disconnectedAfterMs > settings.semiConnectedAfterMs,
    'a link is weak before it is gone',
  );
  if (event.kind === 'retold') {
    const told = retold(state, event.at, now);
    const of = { settings, better: 'the clock was set' };
    if (told) return passed({ state: told, actions: [] }, now, of);
    return ignored(passed({ state, actions: [] }, now, of), event, 'it tells nothing new of a contact');
  }
  const before = passed({ state, actions: [] }, now, {
    settings,
    better: 'the clock was put back, or a longer time is allowed',
  });
  return passed(declared(before, event, now), now, { settings, better: 'the hub acknowledged' });
}
