// The table of silence: what counts against a process that does not answer, and what does not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIVENESS_LATE_MS, LIVENESS_MS, LIVENESS_SILENCE_MS } from './limits.ts';
import { type LivenessLook, type LivenessState, planLiveness } from './liveness.plan.ts';

const before: LivenessState = { silentMs: 4_000, lookedAtMs: 100_000 };
const usual: LivenessLook = {
  nowMs: 100_000 + LIVENESS_MS,
  plannedAtMs: 100_000 + LIVENESS_MS,
  answer: 'due',
  starvedMs: 0,
  blocked: false,
};

const TABLE: readonly [what: string, seen: Partial<LivenessLook>, silentMs: number][] = [
  ['it answered', { answer: 'given' }, 0],
  ['the question did not reach it', { answer: 'not reached' }, 0],
  ['its answer is due', {}, 4_000 + LIVENESS_MS],
  [
    'the look is a little late',
    { nowMs: usual.plannedAtMs + LIVENESS_LATE_MS },
    4_000 + LIVENESS_MS + LIVENESS_LATE_MS,
  ],
  ['who looks was stopped', { nowMs: usual.plannedAtMs + LIVENESS_LATE_MS + 1 }, 0],
  ['who looks was stopped for an hour', { nowMs: usual.plannedAtMs + 3_600_000 }, 0],
  ['it got half of a processor', { starvedMs: LIVENESS_MS / 2 }, 4_000 + LIVENESS_MS / 2],
  ['it got no processor', { starvedMs: LIVENESS_MS }, 4_000],
  ['the kernel counts more waiting than time', { starvedMs: LIVENESS_MS * 2 }, 4_000],
  ['it waits for a disk', { blocked: true }, 4_000],
];

for (const [what, seen, silentMs] of TABLE)
  test(what, () => {
    const look = { ...usual, ...seen };
    assert.deepEqual(planLiveness(before, look), { state: { silentMs, lookedAtMs: look.nowMs }, hung: false });
  });

/** Looks at a process again and again until it is taken for hung; how long that took. */
function hungAfterMs(seen: Partial<LivenessLook>, looksMax: number): number | undefined {
  let state: LivenessState = { silentMs: 0, lookedAtMs: 0 };
  for (let look = 1; look <= looksMax; look++) {
    const nowMs = look * LIVENESS_MS;
    const plan = planLiveness(state, { ...usual, nowMs, plannedAtMs: nowMs, ...seen });
    if (plan.hung) return nowMs;
    state = plan.state;
  }
  return undefined;
}

test('silence adds up to the limit, later for a process that is given little of a processor, never while it is starved', () => {
  assert.equal(hungAfterMs({}, 1_000), LIVENESS_SILENCE_MS);
  assert.equal(hungAfterMs({ starvedMs: LIVENESS_MS / 2 }, 1_000), LIVENESS_SILENCE_MS * 2);
  assert.equal(hungAfterMs({ starvedMs: LIVENESS_MS }, 1_000), undefined);
  assert.equal(hungAfterMs({ blocked: true }, 1_000), undefined);
});

test('after a machine slept, a process has its whole time to answer', () => {
  const almost: LivenessState = { silentMs: LIVENESS_SILENCE_MS - 1, lookedAtMs: 100_000 };
  const awake = planLiveness(almost, { ...usual, nowMs: usual.plannedAtMs + 60_000 });
  const next = { nowMs: awake.state.lookedAtMs + LIVENESS_MS, plannedAtMs: awake.state.lookedAtMs + LIVENESS_MS };
  assert.deepEqual([awake.hung, planLiveness(awake.state, { ...usual, ...next }).hung], [false, false]);
});
