// The table of how the key that seals is replaced, walked whole.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANNOUNCE_LEAST_MS } from './limits.ts';
import { type SealingEvent, type SealingState, sealingGenerations, sealingStep } from './sealing.ts';

const STATES: Record<string, SealingState> = {
  steady: { phase: 'steady', current: 3 },
  announced: { phase: 'announced', current: 3, next: 4 },
  resealing: { phase: 'resealing', current: 4, previous: 3 },
};
const tick = (more: Partial<Extract<SealingEvent, { kind: 'tick' }>>): SealingEvent => ({
  kind: 'tick',
  seenForMs: ANNOUNCE_LEAST_MS,
  everywhere: true,
  left: false,
  ...more,
});
const EVENTS: Record<string, SealingEvent> = {
  renew: { kind: 'renew' },
  tick: tick({}),
  'tick too early': tick({ seenForMs: ANNOUNCE_LEAST_MS - 1 }),
  'tick while the other node lacks it': tick({ everywhere: false }),
  'tick while something is left': tick({ left: true }),
};
/** What is not here is unchanged. */
const EXPECTED: Record<string, string> = {
  'steady, renew': 'announced 3,4',
  'announced, renew': 'refused',
  'resealing, renew': 'refused',
  'announced, tick': 'resealing 4,3',
  'announced, tick while something is left': 'resealing 4,3',
  'resealing, tick': 'steady 4',
  'resealing, tick too early': 'steady 4',
};

for (const [stateName, state] of Object.entries(STATES))
  for (const [eventName, event] of Object.entries(EVENTS))
    test(`${stateName}, ${eventName}`, () => {
      const step = sealingStep(state, event);
      const what = step.kind === 'changed' ? `${step.state.phase} ${sealingGenerations(step.state)}` : step.kind;
      assert.equal(what, EXPECTED[`${stateName}, ${eventName}`] ?? 'unchanged');
      if (step.kind === 'changed')
        assert.ok(sealingGenerations(state).includes(sealingGenerations(step.state)[0]) || event.kind === 'renew');
    });
