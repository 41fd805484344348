// Every phase with every event, and walks that are interrupted anywhere.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '#base';
import { ANNOUNCE_LEAST_MS, ANNOUNCE_MS, RAN_TOLD_MS, RETIRE_MS } from './limits.ts';
import { FIRST_GENERATION, type Rollover, type RolloverEvent, rolloverStep, trustedGenerations } from './rollover.ts';

const NOW = Date.UTC(2026, 10, 25);
const STATES = {
  steady: { phase: 'steady', current: 3 },
  announced: { phase: 'announced', current: 3, next: 4, hurry: false },
  hurried: { phase: 'announced', current: 3, next: 4, hurry: true },
  moving: { phase: 'moving', current: 4, previous: 3 },
  retiring: { phase: 'retiring', current: 4, previous: 3, untilMs: NOW },
  'retiring later': { phase: 'retiring', current: 4, previous: 3, untilMs: NOW + 1 },
  'retiring, by its date alone over': { phase: 'retiring', current: 4, previous: 3, untilMs: NOW, leftMs: RAN_TOLD_MS },
  'retiring, nearly': { phase: 'retiring', current: 4, previous: 3, untilMs: NOW, leftMs: ANNOUNCE_MS },
} satisfies Record<string, Rollover>;
const tick = (seenForMs: number, held = false): RolloverEvent => ({ kind: 'tick', seenForMs, held });
const EVENTS = {
  renew: { kind: 'renew', hurry: false },
  'renew in a hurry': { kind: 'renew', hurry: true },
  'tick at once': tick(0),
  'tick after the least': tick(ANNOUNCE_LEAST_MS),
  'tick after all': tick(ANNOUNCE_MS),
  'tick while held': tick(ANNOUNCE_MS, true),
  'tick after hours': tick(RAN_TOLD_MS),
  'leaves moved': { kind: 'leaves-moved', neededUntilMs: 0 },
  'leaves moved, needed long': { kind: 'leaves-moved', neededUntilMs: NOW + 2 * RETIRE_MS },
  finish: { kind: 'finish' },
} satisfies Record<string, RolloverEvent>;

/** What the table of the header says; what is not here is unchanged. */
const EXPECTED: Readonly<Record<string, string>> = {
  'steady, renew': 'announced 3>4',
  'steady, renew in a hurry': 'announced 3>4 hurry',
  'steady, finish': 'refused',
  'announced, renew': 'refused',
  'announced, renew in a hurry': 'announced 3>4 hurry',
  'announced, tick after all': 'moving 4<3',
  'announced, tick while held': 'moving 4<3',
  'announced, finish': 'refused',
  'hurried, renew': 'refused',
  'hurried, renew in a hurry': 'refused',
  'hurried, tick after the least': 'moving 4<3',
  'hurried, tick after all': 'moving 4<3',
  'hurried, tick while held': 'moving 4<3',
  'hurried, finish': 'refused',
  'moving, renew': 'refused',
  'moving, renew in a hurry': 'refused',
  'moving, leaves moved': 'retiring 4<3 30 days',
  'moving, leaves moved, needed long': 'retiring 4<3 60 days',
  'moving, finish': 'refused',
  'retiring, renew': 'refused',
  'retiring, renew in a hurry': 'refused',
  'retiring, tick at once': 'steady 4',
  'retiring, tick after the least': 'steady 4',
  'retiring, tick after all': 'steady 4',
  'retiring, finish': 'steady 4',
  'retiring later, renew': 'refused',
  'retiring later, renew in a hurry': 'refused',
  'retiring later, finish': 'steady 4',
  'retiring, tick after hours': 'steady 4',
  'announced, tick after hours': 'moving 4<3',
  'hurried, tick after hours': 'moving 4<3',
  'retiring, by its date alone over, renew': 'refused',
  'retiring, by its date alone over, renew in a hurry': 'refused',
  'retiring, by its date alone over, tick after hours': 'steady 4',
  'retiring, by its date alone over, finish': 'steady 4',
  'retiring, nearly, renew': 'refused',
  'retiring, nearly, renew in a hurry': 'refused',
  'retiring, nearly, tick after all': 'steady 4',
  'retiring, nearly, tick while held': 'retiring 4<3 0 days, all run',
  'retiring, nearly, tick after hours': 'steady 4',
  'retiring, nearly, finish': 'steady 4',
};

function shown(state: Rollover): string {
  switch (state.phase) {
    case 'steady':
      return `steady ${state.current}`;
    case 'announced':
      return `announced ${state.current}>${state.next}${state.hurry ? ' hurry' : ''}`;
    case 'moving':
      return `moving ${state.current}<${state.previous}`;
    case 'retiring':
      return `retiring ${state.current}<${state.previous} ${(state.untilMs - NOW) / 86_400_000} days${state.leftMs === 0 ? ', all run' : ''}`;
  }
}

for (const [stateName, state] of Object.entries(STATES))
  for (const [eventName, event] of Object.entries(EVENTS))
    test(`${stateName}, ${eventName}`, () => {
      const step = rolloverStep(state, event, NOW);
      const what = step.kind === 'changed' ? shown(step.state) : step.kind;
      assert.equal(what, EXPECTED[`${stateName}, ${eventName}`] ?? 'unchanged');
    });

test('a retirement ends when its date is past and the site has run for as long, whichever comes last', () => {
  const begun = rolloverStep({ phase: 'moving', current: 2, previous: 1 }, EVENTS['leaves moved'], NOW);
  let state: Rollover = begun.kind === 'changed' ? begun.state : FIRST_GENERATION;
  const run = (now: number): string => {
    const step = rolloverStep(state, tick(RAN_TOLD_MS), now);
    if (step.kind === 'changed') state = step.state;
    return state.phase;
  };
  const turns = RETIRE_MS / RAN_TOLD_MS;
  for (let turn = 1; turn < turns; turn++) assert.equal(run(NOW + 9 * RETIRE_MS), 'retiring', `${turn} of ${turns}`);
  assert.equal(run(NOW + RETIRE_MS - 1), 'retiring', 'it has run, and the date is not past');
  assert.equal(run(NOW + RETIRE_MS), 'steady');
});

test('whatever happens, what signs was trusted by everybody before, and nothing is dropped that still signs', () => {
  const { next, below } = seededRandom(7);
  const events = Object.values(EVENTS);
  for (let walk = 0; walk < 500; walk++) {
    let state: Rollover = FIRST_GENERATION;
    let announcedForMs = 0;
    let now = NOW;
    for (let i = 0; i < 60; i++) {
      now += Math.floor(next() * RETIRE_MS);
      const event = events[below(events.length)] as RolloverEvent;
      const seen = event.kind === 'tick' ? event.seenForMs : announcedForMs;
      const step = rolloverStep(state, event, now);
      if (step.kind !== 'changed') continue;
      const before = trustedGenerations(state);
      assert.ok(before.includes(step.state.current), 'what signs was trusted before it did');
      if (step.state.current !== state.current) assert.ok(seen >= ANNOUNCE_LEAST_MS, 'and for long enough');
      assert.ok(trustedGenerations(step.state).includes(state.current), 'what has just signed is still trusted');
      assert.ok(step.state.current >= state.current, 'generations only grow');
      announcedForMs = 0;
      state = step.state;
    }
  }
});
