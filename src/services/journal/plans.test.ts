// What goes when there is no room, and what a delivery holds: by table, and for random journals.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '#base';
import { coveredFrom, type JournalKind, type JournalRecord } from '#model/link';
import { planBatch, planTurns } from './delivery.plan.ts';
import { droppedRecord, joinDropped, withGapsTold } from './dropped.ts';
import { planRoom, type SegmentFacts } from './room.plan.ts';
import { stripRecords } from './strip.plan.ts';

const at = '2026-01-01T00:00:00Z';
const KINDS: readonly JournalKind[] = ['telemetry', 'event', 'usage', 'audit'];
const record = (sequence: number, kind: JournalKind, body: Record<string, unknown> = {}): JournalRecord => ({
  sequence,
  at,
  kind,
  body,
});
const usage = (sequence: number, hour: number, vcpuHours: number): JournalRecord => {
  const from = new Date(Date.UTC(2026, 0, 1, hour)).toISOString();
  const to = new Date(Date.UTC(2026, 0, 1, hour + 1)).toISOString();
  return record(sequence, 'usage', { from, to, seconds: 3600, clusters: { device: { vcpuHours } } });
};
const segment = (file: string, of: Partial<SegmentFacts['bytes']>, more: Partial<SegmentFacts> = {}): SegmentFacts => ({
  file,
  delivered: false,
  bytes: { telemetry: 0, event: 0, usage: 0, audit: 0, dropped: 0, ...of },
  usage: { records: 0, days: 0 },
  ...more,
});

test('room is made in the stated order, oldest first, and no further than needed', () => {
  const a = segment('a', { telemetry: 2000, audit: 1000 }, { delivered: true });
  const b = segment('b', { telemetry: 2000, event: 2000 });
  const c = segment('c', { telemetry: 2000, usage: 2000, audit: 1000 }, { usage: { records: 20, days: 1 } });
  const steps = (bytesMax: number, options: { diskIsLow?: boolean; of?: SegmentFacts[] } = {}) =>
    planRoom({ segments: options.of ?? [a, b, c], openBytes: 0, bytesMax, diskIsLow: options.diskIsLow ?? false }).map(
      (step) => (step.act === 'remove' ? `-${step.file}` : `${step.file}:${step.drop}${step.sumUsage ? '+sum' : ''}`),
    );
  const table: readonly (readonly [number, readonly string[]])[] = [
    [12_000, []],
    // What was delivered takes more than a quarter of the bound.
    [11_000, ['-a']],
    [10_000, ['-a', 'b:telemetry']],
    [8_500, ['-a', 'b:telemetry']],
    [7_000, ['-a', 'b:telemetry', 'c:telemetry']],
    [5_000, ['-a', 'b:telemetry,event', 'c:telemetry']],
    [4_000, ['-a', 'b:telemetry,event', 'c:telemetry+sum']],
    [100, ['-a', 'b:telemetry,event', 'c:telemetry+sum']],
  ];
  for (const [bytesMax, expected] of table) assert.deepEqual(steps(bytesMax), expected, String(bytesMax));
  assert.deepEqual(steps(100, { diskIsLow: true }).at(-1), 'c:telemetry,audit+sum');
  // Nothing to gain is nothing to do, however small the bound is.
  assert.deepEqual(steps(1, { of: [segment('d', { telemetry: 100, audit: 9000 })] }), []);
});

test('records that go are told in their place, and usage keeps its sums', () => {
  const records = [
    record(1, 'telemetry'),
    record(2, 'event'),
    record(3, 'audit'),
    usage(4, 0, 2),
    usage(5, 1, 3),
    record(6, 'telemetry'),
    usage(7, 25, 4),
  ];
  const left = stripRecords(records, { drop: ['telemetry', 'event'], sumUsage: true });
  assert.deepEqual(
    left.map(({ sequence, kind, body }) => [sequence, kind, body]),
    [
      [2, 'dropped', { from: 1, counts: { telemetry: 1, event: 1 }, reasons: ['room'] }],
      [3, 'audit', {}],
      [4, 'dropped', { from: 4, counts: {}, reasons: ['merged'] }],
      [
        5,
        'usage',
        {
          from: '2026-01-01T00:00:00.000Z',
          to: '2026-01-01T02:00:00.000Z',
          seconds: 7200,
          clusters: { device: { vcpuHours: 5 } },
        },
      ],
      [6, 'dropped', { from: 6, counts: { telemetry: 1 }, reasons: ['room'] }],
      [7, 'usage', records[6]?.body],
    ],
  );
});

/** Every number from 1 to the end is stood for exactly once. */
function assertGapless(records: readonly JournalRecord[], end: number): void {
  let last = 0;
  for (const one of records) {
    assert.equal(coveredFrom(one), last + 1);
    last = one.sequence;
  }
  assert.equal(last, end);
}

test('whatever is stripped, how often, in which order: no number is lost, no audit record goes, usage adds up', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const { below: pick } = seededRandom(seed);
    const count = 1 + pick(60);
    let records: JournalRecord[] = Array.from({ length: count }, (_, i) => {
      const kind = KINDS[pick(KINDS.length)] as JournalKind;
      return kind === 'usage' ? usage(i + 1, pick(72), 1 + pick(9)) : record(i + 1, kind);
    });
    const hours = (of: readonly JournalRecord[]): number =>
      of.reduce((sum, { kind, body }) => {
        const { clusters } = body as { clusters?: { device: { vcpuHours: number } } };
        return sum + (kind === 'usage' ? (clusters?.device.vcpuHours ?? 0) : 0);
      }, 0);
    const audits = (of: readonly JournalRecord[]) => of.filter(({ kind }) => kind === 'audit');
    const counted = (of: readonly JournalRecord[], name: string): number =>
      of.reduce((sum, { kind, body }) => {
        const counts = (body as { counts?: Record<string, number> }).counts ?? {};
        return sum + (kind === name ? 1 : kind === 'dropped' ? (counts[name] ?? 0) : 0);
      }, 0);
    const before = records;
    for (let pass = 0; pass < 3; pass++) {
      const drop = (['telemetry', 'event'] as const).filter(() => pick(2) === 0);
      records = stripRecords(records, { drop, sumUsage: pick(2) === 0 });
      // A neighbour is put together with it, and some of it stands twice.
      records = joinDropped(withGapsTold([...records, ...records.slice(pick(records.length))], 0, 'damaged'));
    }
    assertGapless(records, count);
    assert.deepEqual(audits(records), audits(before), `seed ${seed}`);
    assert.equal(hours(records), hours(before), `seed ${seed}`);
    for (const kind of ['telemetry', 'event']) assert.equal(counted(records, kind), counted(before, kind));
  }
});

test('what the hub has already is part of no sum, or it would be counted twice', () => {
  const left = stripRecords([usage(1, 0, 2), usage(2, 1, 3), usage(3, 2, 4)], {
    drop: [],
    sumUsage: true,
    deliveredTo: 1,
  });
  assert.deepEqual(
    left.map(({ sequence, kind }) => `${sequence} ${kind}`),
    ['1 usage', '2 dropped', '3 usage'],
  );
  const [first, , last] = left;
  assert.deepEqual(first, usage(1, 0, 2));
  assert.deepEqual(last?.body, stripRecords([usage(2, 1, 3), usage(3, 2, 4)], { drop: [], sumUsage: true })[1]?.body);
});

test('a batch begins after the position, tells gaps, and holds at least one record', () => {
  const records = [record(3, 'event'), record(4, 'event'), record(7, 'audit', { text: 'x'.repeat(500) })];
  const shape = (after: number, bytesMax?: number) =>
    planBatch(records, after, bytesMax).map((one) => [coveredFrom(one), one.sequence, one.kind]);
  assert.deepEqual(shape(0), [
    [1, 2, 'dropped'],
    [3, 3, 'event'],
    [4, 4, 'event'],
    [5, 6, 'dropped'],
    [7, 7, 'audit'],
  ]);
  assert.deepEqual(shape(4, 10), [[5, 6, 'dropped']]);
  assert.deepEqual(shape(6, 10), [[7, 7, 'audit']]);
  assert.deepEqual(shape(7), []);
  const across = droppedRecord({ from: 2, to: 5, at, reason: 'room' });
  assert.deepEqual(
    planBatch([record(3, 'event'), across, record(6, 'event')], 0).map((one) => [coveredFrom(one), one.sequence]),
    [
      [1, 2],
      [3, 3],
      [4, 5],
      [6, 6],
    ],
  );
});

test('streams take turns', () => {
  const streams = ['a', 'b', 'c'].map((name) => ({ name }));
  const turnOf = new Map([
    ['a', 2],
    ['c', 1],
  ]);
  assert.deepEqual(
    planTurns(streams, turnOf).map(({ name }) => name),
    ['b', 'c', 'a'],
  );
});
