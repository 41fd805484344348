// Deliveries against positions: every record is taken once, and nothing is passed over in silence.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '#base';
import { coveredFrom, type JournalRecord } from '#model/link';
import { deliveryProblem, planDelivery } from './delivery.plan.ts';

const record = (sequence: number, from?: number): JournalRecord => ({
  sequence,
  at: '2026-01-01T00:00:00Z',
  kind: from === undefined ? 'event' : 'dropped',
  body: from === undefined ? {} : { from },
});
const sequences = (first: number, last: number): JournalRecord[] =>
  Array.from({ length: last - first + 1 }, (_, i) => record(first + i));

test('a delivery is taken from where the stream is known', () => {
  for (const [records, known, expected] of [
    [sequences(1, 3), 0, { kind: 'take', first: 1, acknowledged: 3 }],
    [sequences(1, 5), 3, { kind: 'take', first: 4, acknowledged: 5 }],
    [sequences(1, 3), 3, { kind: 'nothing-new' }],
    [sequences(1, 3), 9, { kind: 'nothing-new' }],
    [sequences(6, 7), 3, { kind: 'gap', from: 4, to: 5 }],
    [[record(5, 2), ...sequences(6, 7)], 3, { kind: 'take', first: 5, acknowledged: 7 }],
    [[record(5, 5)], 3, { kind: 'gap', from: 4, to: 4 }],
  ] as const) {
    const plan = planDelivery(records, known);
    const shown =
      plan.kind === 'take'
        ? { kind: plan.kind, first: plan.records[0]?.sequence, acknowledged: plan.acknowledged }
        : plan;
    assert.deepEqual(shown, expected);
  }
});

test('a record that tells of others counts only for what is not here yet', () => {
  const plan = planDelivery([record(8, 1), record(9)], 5);
  assert.deepEqual(plan.kind === 'take' && plan.records.map(coveredFrom), [6, 9]);
});

test('a delivery that jumps is told, and a dropped record bridges', () => {
  assert.equal(deliveryProblem(sequences(3, 9)), undefined);
  assert.equal(deliveryProblem([record(1), record(3)]), 'record 3 does not follow 1');
  assert.equal(deliveryProblem([record(1), record(1)]), 'record 1 does not follow 1');
  assert.equal(deliveryProblem([record(1), record(8, 2), record(9)]), undefined);
});

test('whatever is delivered again, in whatever pieces, each record is taken once and in order', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = seededRandom(seed);
    const all = sequences(1, 60);
    const taken: number[] = [];
    let known = 0;
    while (known < 60) {
      const start = Math.max(1, Math.min(60, known + 3 - random.below(12)));
      const plan = planDelivery(all.slice(start - 1, start + 8), known);
      if (plan.kind === 'gap') assert.ok(start > known + 1);
      if (plan.kind !== 'take') continue;
      taken.push(...plan.records.map(({ sequence }) => sequence));
      known = plan.acknowledged;
    }
    assert.deepEqual(
      taken,
      all.map(({ sequence }) => sequence),
      `seed ${seed}`,
    );
  }
});
