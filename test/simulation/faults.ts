// What happens to a simulated site over the years, drawn from the seed before it begins: when the link is away and for how long, when the
// power is, what the clock chip says then, who sets the clock, what the hub suffers, and what people do. The last days are good ones, so
// that the end shows what is left of it all.
import type { Random } from '#base';
import { LINES, type Line } from '#engine/certificates';
import type { Plane } from '#model/site';
import type { Chip } from './machine.ts';
import { chance, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, spread, YEAR_MS } from './world.ts';

export type Fault =
  | { readonly kind: 'activate'; readonly plane: Plane }
  /** `isSeen`: connections end at once; otherwise nothing comes any more. */
  | { readonly kind: 'link'; readonly isUp: boolean; readonly isSeen?: boolean }
  | { readonly kind: 'hub'; readonly isUp: boolean }
  | { readonly kind: 'hub-backup' }
  | { readonly kind: 'hub-restore' }
  | { readonly kind: 'hub-crash'; readonly when: 'before-commit' | 'after-commit' }
  | { readonly kind: 'hub-clock'; readonly errorMs: number }
  | { readonly kind: 'approve' }
  | { readonly kind: 'loss'; readonly share: number }
  | { readonly kind: 'crash' }
  | { readonly kind: 'crash-in-write'; readonly writes: number; readonly isAfter: boolean }
  | { readonly kind: 'power-off' }
  | { readonly kind: 'power-on'; readonly chip: Chip | undefined }
  /** Somebody sets the system clock: to the truth, or by so much. */
  | { readonly kind: 'system-set'; readonly toMs: number | undefined; readonly byMs: number }
  | { readonly kind: 'time-servers'; readonly reached: 'all' | 'liars' | 'none' }
  | { readonly kind: 'operator-clock' }
  | { readonly kind: 'operator-slip'; readonly byMs: number }
  | { readonly kind: 'operator-undo' }
  | { readonly kind: 'plane'; readonly plane: Plane }
  | { readonly kind: 'authority'; readonly line: Line; readonly hurry: boolean }
  | { readonly kind: 'kubeconfig'; readonly name: string; readonly days: number }
  | { readonly kind: 'shut-out'; readonly name: string; readonly deleted: boolean }
  /** The hub's operator wants something else. */
  | { readonly kind: 'wish' }
  /** He chooses where both sides differ; `all`: nothing is left to the site. */
  | { readonly kind: 'choose'; readonly all: boolean }
  /** Somebody changes an object at the site. */
  | { readonly kind: 'change-here'; readonly value: string; readonly pick: number; readonly deletes: boolean }
  /** The node's agent stands still. */
  | { readonly kind: 'agent'; readonly isFrozen: boolean };

export interface Scheduled {
  readonly atMs: number;
  readonly fault: Fault;
}

const EPOCH_CHIP: Chip = { kind: 'dead', saysMs: 0 };
const FAR_CHIP: Chip = { kind: 'dead', saysMs: Date.UTC(2099, 0, 1) };
/** Everything is well in the last days. */
const GOOD_END_MS = 10 * DAY_MS;

export function planFaults(random: Random, startMs: number, years: number): Scheduled[] {
  const endMs = startMs + years * YEAR_MS;
  const out: Scheduled[] = [];
  const lastMs = endMs - GOOD_END_MS;
  const add = (atMs: number, fault: Fault): void => {
    if (atMs < lastMs) out.push({ atMs: Math.round(atMs), fault });
  };
  /** Calls `act` at times that are this far apart on average. */
  const nowAndThen = (everyMs: number, act: (atMs: number) => void): void => {
    for (let atMs = startMs + everyMs * 2 * random.next(); atMs < lastMs; atMs += everyMs * 2 * random.next())
      act(atMs);
  };
  if (chance(random, 0.92))
    add(startMs + spread(random, MINUTE_MS, 90 * DAY_MS), {
      kind: 'activate',
      plane: chance(random, 0.7) ? 'hub' : 'local',
    });
  planLink(random, { add, nowAndThen });
  planPower(random, { add, nowAndThen });
  planHub(random, { add, nowAndThen });
  planPeople(random, { add, nowAndThen });
  planClocks(random, { add, nowAndThen });
  nowAndThen(30 * DAY_MS, (atMs) => add(atMs, { kind: 'crash' }));
  nowAndThen(15 * DAY_MS, (atMs) =>
    add(atMs, { kind: 'crash-in-write', writes: random.below(12), isAfter: chance(random, 0.5) }),
  );
  return [...out.sort((a, b) => a.atMs - b.atMs), ...goodEnd(lastMs)];
}

interface Adding {
  add(atMs: number, fault: Fault): void;
  nowAndThen(everyMs: number, act: (atMs: number) => void): void;
}

function planLink(random: Random, { add, nowAndThen }: Adding): void {
  const everyMs = spread(random, 5 * DAY_MS, 200 * DAY_MS);
  nowAndThen(everyMs, (atMs) => {
    const awayMs = chance(random, 0.1)
      ? spread(random, 30 * DAY_MS, 2 * YEAR_MS)
      : spread(random, MINUTE_MS, 60 * DAY_MS);
    add(atMs, { kind: 'link', isUp: false, isSeen: chance(random, 0.5) });
    add(atMs + awayMs, { kind: 'link', isUp: true });
  });
  nowAndThen(100 * DAY_MS, (atMs) => {
    for (let at = atMs, i = 0; i < 20; i++) {
      add(at, { kind: 'link', isUp: i % 2 === 1, isSeen: i % 4 === 0 });
      at += spread(random, SECOND_MS, 30 * MINUTE_MS);
    }
  });
  nowAndThen(200 * DAY_MS, (atMs) => {
    add(atMs, { kind: 'loss', share: 0.3 });
    add(atMs + spread(random, HOUR_MS, 20 * DAY_MS), { kind: 'loss', share: 0.01 });
  });
}

function planPower(random: Random, { add, nowAndThen }: Adding): void {
  nowAndThen(120 * DAY_MS, (atMs) => {
    const offMs = chance(random, 0.06)
      ? spread(random, 30 * DAY_MS, 1.5 * YEAR_MS)
      : spread(random, 30 * SECOND_MS, 10 * DAY_MS);
    add(atMs, { kind: 'power-off' });
    const chip = planChip(random);
    add(atMs + offMs, { kind: 'power-on', chip });
    if (!chance(random, 0.3)) return;
    // It comes seldom alone.
    const againMs = atMs + offMs + spread(random, 10 * SECOND_MS, 5 * HOUR_MS);
    add(againMs, { kind: 'power-off' });
    add(againMs + spread(random, 10 * SECOND_MS, DAY_MS), { kind: 'power-on', chip: undefined });
  });
}

function planChip(random: Random): Chip | undefined {
  const kind = random.next();
  if (kind < 0.12) return EPOCH_CHIP;
  if (kind < 0.22) return FAR_CHIP;
  if (kind < 0.3)
    return { kind: 'running', errorMs: (chance(random, 0.5) ? 1 : -1) * spread(random, HOUR_MS, 30 * DAY_MS) };
  return kind < 0.75 ? { kind: 'running', errorMs: 0 } : undefined;
}

function planHub(random: Random, { add, nowAndThen }: Adding): void {
  nowAndThen(60 * DAY_MS, (atMs) => {
    add(atMs, { kind: 'hub', isUp: false });
    add(atMs + spread(random, 5 * SECOND_MS, 5 * DAY_MS), { kind: 'hub', isUp: true });
  });
  nowAndThen(90 * DAY_MS, (atMs) => add(atMs, { kind: 'hub-backup' }));
  nowAndThen(400 * DAY_MS, (atMs) => add(atMs, { kind: 'hub-restore' }));
  nowAndThen(20 * DAY_MS, (atMs) =>
    add(atMs, { kind: 'hub-crash', when: chance(random, 0.5) ? 'before-commit' : 'after-commit' }),
  );
  if (!chance(random, 0.15)) return;
  nowAndThen(700 * DAY_MS, (atMs) => {
    add(atMs, { kind: 'hub-clock', errorMs: (chance(random, 0.5) ? 1 : -1) * spread(random, MINUTE_MS, 200 * DAY_MS) });
    add(atMs + spread(random, HOUR_MS, 5 * DAY_MS), { kind: 'hub-clock', errorMs: random.below(400) - 200 });
  });
}

function planPeople(random: Random, { add, nowAndThen }: Adding): void {
  let people = 0;
  nowAndThen(50 * DAY_MS, (atMs) => {
    const name = `person-${people++}`;
    const days = Math.round(spread(random, 1, 365));
    add(atMs, { kind: 'kubeconfig', name, days });
    if (!chance(random, 0.3)) return;
    const deleted = chance(random, 0.6);
    const goesMs = atMs + spread(random, HOUR_MS, 200 * DAY_MS);
    add(goesMs, { kind: 'shut-out', name, deleted });
    // A namesake comes.
    if (deleted && chance(random, 0.5))
      add(goesMs + spread(random, MINUTE_MS, 100 * DAY_MS), { kind: 'kubeconfig', name, days });
  });
  nowAndThen(25 * DAY_MS, (atMs) => add(atMs, { kind: 'wish' }));
  nowAndThen(40 * DAY_MS, (atMs) => add(atMs, { kind: 'choose', all: false }));
  nowAndThen(30 * DAY_MS, (atMs) => {
    const pick = random.below(1_000);
    add(atMs, { kind: 'change-here', value: `here-${Math.round(atMs)}`, pick, deletes: chance(random, 0.2) });
  });
  nowAndThen(60 * DAY_MS, (atMs) => {
    add(atMs, { kind: 'agent', isFrozen: true });
    add(atMs + spread(random, SECOND_MS, DAY_MS), { kind: 'agent', isFrozen: false });
  });
  nowAndThen(300 * DAY_MS, (atMs) =>
    add(atMs, { kind: 'authority', line: LINES[random.below(LINES.length)] ?? 'root', hurry: chance(random, 0.3) }),
  );
  nowAndThen(150 * DAY_MS, (atMs) => {
    add(atMs, { kind: 'plane', plane: 'local' });
    add(atMs + spread(random, HOUR_MS, 60 * DAY_MS), { kind: 'plane', plane: 'hub' });
  });
  if (chance(random, 0.7)) nowAndThen(80 * DAY_MS, (atMs) => add(atMs, { kind: 'operator-clock' }));
  if (!chance(random, 0.15)) return;
  nowAndThen(500 * DAY_MS, (atMs) => {
    add(atMs, { kind: 'operator-slip', byMs: (chance(random, 0.5) ? 1 : -1) * spread(random, HOUR_MS, YEAR_MS) });
    add(atMs + spread(random, MINUTE_MS, HOUR_MS), { kind: 'operator-undo' });
  });
}

function planClocks(random: Random, { add, nowAndThen }: Adding): void {
  nowAndThen(120 * DAY_MS, (atMs) => {
    const kind = random.next();
    const byMs = (chance(random, 0.5) ? 1 : -1) * spread(random, MINUTE_MS, 300 * DAY_MS);
    const toMs = kind < 0.15 ? 0 : kind < 0.3 ? Date.UTC(2099, 5, 1) : undefined;
    add(atMs, { kind: 'system-set', toMs, byMs: kind < 0.6 ? byMs : 0 });
    if (chance(random, 0.5))
      add(atMs + spread(random, SECOND_MS, 20 * DAY_MS), { kind: 'system-set', toMs: undefined, byMs: 0 });
  });
  if (!chance(random, 0.6)) return;
  add(0, { kind: 'time-servers', reached: 'all' });
  nowAndThen(90 * DAY_MS, (atMs) => {
    add(atMs, { kind: 'time-servers', reached: chance(random, 0.5) ? 'liars' : 'none' });
    add(atMs + spread(random, HOUR_MS, 90 * DAY_MS), { kind: 'time-servers', reached: 'all' });
  });
}

/** Whoever was away comes back, and what was wrong is put right. */
function goodEnd(lastMs: number): Scheduled[] {
  const faults: readonly Fault[] = [
    { kind: 'loss', share: 0 },
    { kind: 'agent', isFrozen: false },
    { kind: 'hub-clock', errorMs: 0 },
    { kind: 'hub', isUp: true },
    { kind: 'link', isUp: true },
    { kind: 'power-off' },
    { kind: 'power-on', chip: { kind: 'running', errorMs: 0 } },
    { kind: 'approve' },
    { kind: 'operator-clock' },
    { kind: 'plane', plane: 'hub' },
  ];
  const end = faults.map((fault, i) => ({ atMs: lastMs + i * HOUR_MS, fault }));
  // A site whose identity ended asks first.
  return [
    ...end,
    { atMs: lastMs + DAY_MS, fault: { kind: 'approve' } },
    { atMs: lastMs + 3 * DAY_MS, fault: { kind: 'choose', all: true } },
  ];
}
