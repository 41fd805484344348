// What the sources write: usage by the hour, telemetry when it is wanted, and logs that a hub asks for.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { after, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { fakeClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { testFolder } from '#platform/process';
import type { Body } from '../fit-body.ts';
import { type Journal, openJournal } from '../journal.ts';
import { BUNDLE_BYTES_MAX, MEASURE_EVERY_MS } from '../limits.ts';
import type { UsageBody } from '../usage-sum.ts';
import { startMeasuring } from './measure.ts';
import { readUsage } from './read-usage.ts';
import { openSupportLog } from './support-log.ts';
import { usageOf, usageStep } from './usage.plan.ts';

const folder = testFolder('journal-sources');
after(() => fs.rmSync(folder, { recursive: true }));
const log = memoryLog();
const MINUTE_MS = 60_000;
const GIB = 1024 ** 3;

function kept(): Journal & { records: { kind: string; body: Body }[] } {
  const records: { kind: string; body: Body }[] = [];
  const append: Journal['append'] = (kind, body) => {
    records.push({ kind, body });
    return Promise.resolve(true);
  };
  return { records, append, close: () => Promise.resolve() };
}

test('usage is told by the hour, and its hours add up to what was used', () => {
  const use = { clusters: { device: { vcpus: 4, memoryBytes: 8 * GIB, pods: 10 } }, imageBytes: 2 * GIB };
  let open: UsageBody | undefined;
  const closed: UsageBody[] = [];
  const start = Date.UTC(2026, 0, 1, 10, 20);
  for (let minute = 5; minute <= 160; minute += 5) {
    const piece = usageOf(use, { now: start + minute * MINUTE_MS, elapsedMs: 5 * MINUTE_MS });
    const step = usageStep(open, piece);
    open = step.open;
    if (step.closed) closed.push(step.closed);
  }
  assert.deepEqual(
    closed.map(({ from, to, seconds }) => [from.slice(11, 16), to.slice(11, 16), seconds]),
    [
      ['10:20', '11:00', 2400],
      ['11:00', '12:00', 3600],
    ],
  );
  const { vcpuHours, memoryGibHours, podHours } = closed[1]?.clusters.device ?? {};
  for (const [value, expected] of [
    [vcpuHours, 4],
    [memoryGibHours, 8],
    [podHours, 10],
    [closed[1]?.site.imageGibHours, 2],
  ])
    assert.ok(Math.abs((value ?? 0) - (expected ?? 0)) < 1e-4, `${value}`);
  assert.equal(open?.seconds, 3600);
});

test('telemetry is written only while it is wanted, usage always, and sleep is not counted', async () => {
  const clock = fakeClock(Date.UTC(2026, 0, 1));
  const journal = kept();
  let wanted = false;
  const measuring = startMeasuring({
    journal,
    clock,
    log,
    look: () =>
      Promise.resolve({
        use: { clusters: { device: { vcpus: 1, memoryBytes: 0, pods: 0 } }, imageBytes: 0 },
        telemetry: { phase: 'Ready' },
      }),
    telemetryIsOn: () => wanted,
  });
  await clock.advance(2 * MEASURE_EVERY_MS);
  assert.equal(journal.records.length, 0);
  wanted = true;
  await clock.advance(MEASURE_EVERY_MS);
  assert.deepEqual([...journal.records], [{ kind: 'telemetry', body: { phase: 'Ready' } }]);
  await measuring.stop();
  const [, usage] = journal.records;
  assert.equal(usage?.kind, 'usage');
  assert.equal(usage?.body.seconds, 900);
  await clock.advance(10 * MEASURE_EVERY_MS);
  assert.equal(journal.records.length, 2);
});

test('usage is read back by the day', async () => {
  const clock = fakeClock(Date.UTC(2026, 0, 1));
  const own = `${folder}/usage`;
  const random = (): string => '0'.repeat(8);
  const none = (): void => undefined;
  const positionsFile = `${folder}/positions.json`;
  const journal = openJournal({ folder: own, process: 'holdfastd', positionsFile, clock, log, told: none, random });
  const use = { clusters: { device: { vcpus: 2, memoryBytes: 0, pods: 0 } }, imageBytes: 0 };
  for (const hour of [22, 23, 24, 25]) {
    const now = Date.UTC(2026, 0, 1, hour + 1);
    await journal.append('usage', usageOf(use, { now, elapsedMs: 3_600_000 }), { durable: true });
  }
  await journal.close();
  assert.deepEqual(
    readUsage(own).map(({ from, seconds, clusters }) => [from.slice(0, 10), seconds, clusters.device?.vcpuHours]),
    [
      ['2026-01-01', 7200, 4],
      ['2026-01-02', 7200, 4],
    ],
  );
});

test('a log that the hub asks for arrives whole, once, and within its bound', async () => {
  const journal = kept();
  const noise = (bytes: number): string => {
    let text = '';
    for (let i = 0; text.length < bytes; i++) text += `${createHash('sha256').update(`${i}`).digest('hex')}\n`;
    return text;
  };
  fs.writeFileSync(`${folder}/kube.log`, `${noise(50_000)}the last line\n`);
  fs.writeFileSync(`${folder}/events.jsonl`, '{"reason":"Ready"}\n');
  const made = () =>
    openSupportLog({
      journal,
      eventsFile: `${folder}/events.jsonl`,
      answeredFile: `${folder}/answered.json`,
      clock: fakeClock(),
      log,
      logs: () => [
        { name: 'kube', file: `${folder}/kube.log` },
        ...Array.from({ length: 20 }, (_, i) => ({ name: `other-${i}`, file: `${folder}/kube.log` })),
        { name: 'absent', file: `${folder}/absent.log` },
      ],
      status: () => Promise.reject(new Error('no status')),
    });
  const request = { id: 'r-1', kind: 'support-log' };
  await Promise.all([made().asked([request]), made().asked([])]);
  await made().asked([request, { id: 'r-2', kind: 'other' }]);
  const last = journal.records.at(-1)?.body;
  const parts = journal.records.slice(0, -1).map(({ body }) => body);
  assert.equal(last?.request, 'r-1');
  assert.ok(parts.every((body) => body.request === undefined && body.bundle === 'r-1'));
  assert.equal(last?.parts, parts.length);
  const bytes = Buffer.from(parts.map(({ text }) => text).join(''), 'base64');
  assert.equal(bytes.length, last?.bytes);
  assert.ok(bytes.length <= BUNDLE_BYTES_MAX);
  assert.equal(last?.sha256, `sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  const bundle = JSON.parse(gunzipSync(bytes).toString()) as {
    status: unknown;
    events: string;
    logs: Record<string, string>;
    leftOut: string[];
  };
  assert.deepEqual(bundle.status, { error: 'no status' });
  assert.equal(bundle.events, '{"reason":"Ready"}\n');
  assert.ok(bundle.logs.kube?.endsWith('the last line\n'));
  assert.ok(bundle.leftOut.length > 0, 'logs of noise do not fit all');
});
