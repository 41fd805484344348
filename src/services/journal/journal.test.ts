// The journal and its delivery on real files: what is torn, damaged, full, copied, or known better by the hub.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { coveredFrom, type JournalDelivery, type JournalRecord } from '#model/link';
import { fakeClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { runOrThrow, testFolder } from '#platform/process';
import { openDelivery } from './delivery.ts';
import { openJournal } from './journal.ts';
import { LOOK_EVERY_MS, POSITIONS_WRITE_MS, SEGMENT_BYTES_MAX, SYNC_AFTER_MS, WRITE_AFTER_MS } from './limits.ts';
import type { JournalNotice } from './notice.ts';

const folder = testFolder('journal');
after(() => fs.rmSync(folder, { recursive: true }));
const silent = memoryLog();
let serial = 0;

/** A place for journals, and what they said. */
function place(root = `${folder}/${++serial}`) {
  const clock = fakeClock();
  const notices: JournalNotice[] = [];
  const of = { positionsFile: `${root}/positions.json`, clock, log: silent };
  return {
    clock,
    notices,
    own: `${root}/journal/kube`,
    journal: (more: { bytesMax?: () => number; freeBytes?: () => number; process?: string } = {}) => {
      const process = more.process ?? 'kube';
      const random = (): string => (++serial).toString(16).padStart(8, '0');
      return openJournal({
        folder: `${root}/journal/${process}`,
        told: (notice) => notices.push(notice),
        random,
        ...of,
        ...more,
        process,
      });
    },
    delivery: () => openDelivery({ folder: `${root}/journal`, ...of }),
    reasons: () => notices.map(({ reason }) => reason),
  };
}
type Place = ReturnType<typeof place>;

/** Takes what comes as a hub does; fails when a number comes twice or is missing. */
function hub() {
  const streams = new Map<string, number>();
  const kept: (JournalRecord & { stream: string })[] = [];
  return {
    kept,
    streams,
    bodies: () => kept.map(({ kind, body }) => (kind === 'dropped' ? `dropped ${JSON.stringify(body)}` : body.n)),
    take({ stream, records }: JournalDelivery): number {
      for (const record of records) {
        const known = streams.get(stream) ?? 0;
        if (record.sequence <= known) continue;
        assert.ok(coveredFrom(record) <= known + 1, `${stream}: ${coveredFrom(record)} after ${known}`);
        streams.set(stream, record.sequence);
        kept.push({ ...record, stream });
      }
      return streams.get(stream) ?? 0;
    },
  };
}

async function deliverAll(delivery: ReturnType<Place['delivery']>, to: ReturnType<typeof hub>): Promise<void> {
  for (let batch = await delivery.next(); batch; batch = await delivery.next())
    delivery.acknowledged(batch.stream, to.take(batch));
}

const segments = (own: string): string[] =>
  fs
    .readdirSync(own)
    .filter((name) => name.endsWith('.log'))
    .map((name) => `${own}/${name}`);
const newest = (own: string): string => segments(own).at(-1) ?? '';

test('records come in order, once, across restarts, and nothing comes when there is nothing', async () => {
  const here = place();
  const [delivery, there] = [here.delivery(), hub()];
  let journal = here.journal();
  assert.equal(await journal.append('audit', { n: 1 }, { durable: true }), true);
  await deliverAll(delivery, there);
  const second = journal.append('event', { n: 2 });
  await journal.close();
  assert.equal(await second, true);
  journal = here.journal();
  await journal.append('audit', { n: 3 }, { durable: true });
  await deliverAll(delivery, there);
  assert.deepEqual(there.bodies(), [1, 2, 3]);
  assert.equal(there.streams.size, 1);
  assert.equal(await delivery.next(), undefined);
  await journal.close();
  assert.equal(await journal.append('audit', { n: 4 }, { durable: true }), false);
});

test('a record that nobody waits for is written and synced on schedule', async () => {
  const here = place();
  const journal = here.journal();
  await journal.append('audit', { n: 0 }, { durable: true });
  let kept: boolean | undefined;
  void journal.append('telemetry', { n: 1 }).then((value) => {
    kept = value;
  });
  await here.clock.advance(WRITE_AFTER_MS);
  while (!fs.readFileSync(newest(here.own), 'utf8').includes('telemetry')) await new Promise(setImmediate);
  assert.equal(kept, undefined);
  while (kept === undefined) await here.clock.advance(SYNC_AFTER_MS);
  assert.equal(kept, true);
  await journal.close();
});

test('a torn end is cut off and said, and no number is given twice', async () => {
  const here = place();
  const there = hub();
  const journal = here.journal();
  for (const n of [1, 2]) await journal.append('audit', { n }, { durable: true });
  await deliverAll(here.delivery(), there);
  await journal.close();
  const file = newest(here.own);
  const whole = fs.readFileSync(file);
  // The power went: what the hub has of the second record is torn here.
  fs.writeFileSync(file, whole.subarray(0, whole.length - 5));
  const again = here.journal();
  await again.append('audit', { n: 3 }, { durable: true });
  assert.deepEqual(here.reasons(), ['JournalRepaired']);
  const delivery = here.delivery();
  delivery.positions(Object.fromEntries(there.streams));
  await deliverAll(delivery, there);
  assert.deepEqual(there.bodies(), [1, 2, 3]);
  assert.equal(there.streams.size, 2);
  await again.close();
});

test('damage inside is set aside and told by numbers; what follows is delivered, before the repair and after it', async () => {
  const here = place();
  const journal = here.journal();
  for (let n = 1; n <= 6; n++) await journal.append('event', { n }, { durable: true });
  const file = newest(here.own);
  const bytes = fs.readFileSync(file);
  const lines = bytes.toString().split('\n');
  const [first = '', second = ''] = lines;
  bytes.fill('#', first.length + 1, first.length + 1 + second.length + 10);
  fs.writeFileSync(file, bytes);
  const expected = (reason: string) => [1, `dropped {"from":2,"counts":{},"reasons":["${reason}"]}`, 4, 5, 6];
  const [running, repaired] = [hub(), hub()];
  await deliverAll(here.delivery(), running);
  assert.deepEqual(running.bodies(), expected('gone'));
  await journal.close();
  const again = here.journal();
  await again.append('event', { n: 7 }, { durable: true });
  await again.close();
  assert.deepEqual(here.reasons(), ['JournalRepaired']);
  assert.equal(fs.readdirSync(here.own).filter((name) => name.endsWith('.damaged')).length, 1);
  fs.rmSync(path.join(here.own, '../../positions.json'), { force: true });
  await deliverAll(here.delivery(), repaired);
  assert.deepEqual(repaired.bodies(), [...expected('damaged'), 7]);
  assert.equal(repaired.streams.size, 1);
});

test('a hub that was set back gets again what is here, and is told what is not', async () => {
  const here = place();
  const there = hub();
  const journal = here.journal();
  const delivery = here.delivery();
  for (let n = 1; n <= 4; n++) await journal.append('audit', { n }, { durable: true });
  await deliverAll(delivery, there);
  const [[stream = ''] = []] = there.streams;
  const old = hub();
  old.streams.set(stream, 2);
  delivery.positions({ [stream]: 2 });
  await deliverAll(delivery, old);
  assert.deepEqual(old.bodies(), [3, 4]);
  // A hub that knows nothing of the stream does not name it.
  const empty = hub();
  delivery.positions({});
  await deliverAll(delivery, empty);
  assert.deepEqual(empty.bodies(), [1, 2, 3, 4]);
  // A hub that was asked too late refuses with a gap.
  const blank = hub();
  delivery.gap(stream);
  await deliverAll(delivery, blank);
  assert.deepEqual(blank.bodies(), [1, 2, 3, 4]);
  // What went for room after it was delivered is told as gone.
  const file = newest(here.own);
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  await journal.close();
  fs.writeFileSync(file, lines.slice(2).join('\n'));
  const bare = hub();
  delivery.gap(stream);
  await deliverAll(delivery, bare);
  assert.deepEqual(bare.bodies(), ['dropped {"from":1,"counts":{},"reasons":["gone"]}', 3, 4]);
});

test('a journal that was copied begins another life, so that nothing new is taken for something old', async () => {
  const here = place();
  const there = hub();
  let journal = here.journal();
  for (const n of [1, 2]) await journal.append('audit', { n }, { durable: true });
  await journal.close();
  const backup = `${folder}/backup`;
  fs.cpSync(here.own, backup, { recursive: true });
  journal = here.journal();
  await journal.append('audit', { n: 3 }, { durable: true });
  await deliverAll(here.delivery(), there);
  await journal.close();
  fs.rmSync(here.own, { recursive: true });
  fs.renameSync(backup, here.own);
  journal = here.journal();
  await journal.append('audit', { n: 4 }, { durable: true });
  const delivery = here.delivery();
  delivery.positions(Object.fromEntries(there.streams));
  await deliverAll(delivery, there);
  assert.deepEqual(there.bodies(), [1, 2, 3, 4]);
  await journal.close();
});

test('when the hub is ahead all the same, the life ends, and what it may lack is told under another', async () => {
  const here = place();
  const journal = here.journal();
  for (const n of [1, 2]) await journal.append('audit', { n }, { durable: true });
  const delivery = here.delivery();
  const batch = await delivery.next();
  assert.ok(batch);
  // The answer to a delivery tells it, or a heartbeat: either way nothing of the old life is delivered any more.
  delivery.acknowledged(batch.stream, 9);
  assert.equal(await delivery.next(), undefined);
  await here.clock.advance(LOOK_EVERY_MS);
  while (!here.reasons().includes('JournalForked')) await here.clock.advance(1);
  await journal.append('audit', { n: 3 }, { durable: true });
  const there = hub();
  there.streams.set(batch.stream, 9);
  delivery.positions(Object.fromEntries(there.streams));
  await deliverAll(delivery, there);
  assert.deepEqual(there.bodies(), [1, 2, 3]);
  await journal.close();
});

test('a bounded journal drops telemetry before events, never audit, and tells how many', async () => {
  const here = place();
  const bytesMax = 6 * SEGMENT_BYTES_MAX;
  const journal = here.journal({ bytesMax: () => bytesMax, freeBytes: () => 2 ** 40 });
  const text = 'x'.repeat(1000);
  let telemetry = 0;
  for (let n = 1; n <= 3000; n++) {
    const kind = n % 50 === 0 ? 'audit' : n % 10 === 0 ? 'event' : 'telemetry';
    if (kind === 'telemetry') telemetry++;
    const last = n % 100 === 0;
    const kept = journal.append(kind, { n, text }, { durable: last });
    if (last) await kept;
  }
  await journal.close();
  const used = segments(here.own).reduce((sum, file) => sum + fs.statSync(file).size, 0);
  assert.ok(used <= bytesMax + SEGMENT_BYTES_MAX, `${used}`);
  assert.ok(here.reasons().includes('JournalDropped'));
  const there = hub();
  await deliverAll(here.delivery(), there);
  const of = (kind: string) => there.kept.filter((record) => record.kind === kind);
  const dropped = of('dropped').reduce(
    (sum, { body }) => sum + ((body.counts as Record<string, number>).telemetry ?? 0),
    0,
  );
  assert.equal(of('audit').length, 60);
  assert.equal(of('event').length, 240);
  assert.ok(dropped > 0);
  assert.equal(of('telemetry').length + dropped, telemetry);
  // Oldest first: what is left of the telemetry is the newest.
  assert.equal(of('telemetry').at(-1)?.body.n, 2999);
});

test('a bound that becomes smaller counts with the next record that needs room', async () => {
  const here = place();
  let bytesMax = 12 * SEGMENT_BYTES_MAX;
  const journal = here.journal({ bytesMax: () => bytesMax, freeBytes: () => 2 ** 40 });
  const used = (): number => segments(here.own).reduce((sum, file) => sum + fs.statSync(file).size, 0);
  const fill = async (bytes: number): Promise<void> => {
    for (let written = 0; written < bytes; written += 8000)
      await journal.append('telemetry', { text: 'x'.repeat(8000) }, { durable: true });
  };
  await fill(8 * SEGMENT_BYTES_MAX);
  assert.deepEqual(here.reasons(), []);
  assert.ok(used() > 6 * SEGMENT_BYTES_MAX);
  bytesMax = 4 * SEGMENT_BYTES_MAX;
  await fill(2 * SEGMENT_BYTES_MAX);
  assert.ok(used() <= bytesMax + SEGMENT_BYTES_MAX, `${used()}`);
  assert.ok(here.reasons().includes('JournalDropped'));
  await journal.close();
});

test('what the hub has goes first, and small files become one', async () => {
  const here = place();
  const bytesMax = 4 * SEGMENT_BYTES_MAX;
  const journal = here.journal({ bytesMax: () => bytesMax, freeBytes: () => 2 ** 40 });
  const delivery = here.delivery();
  const there = hub();
  const text = 'x'.repeat(1000);
  for (let round = 0; round < 20; round++) {
    for (let n = 0; n < 99; n++) void journal.append('telemetry', { n, text });
    await journal.append('telemetry', { n: 99, text }, { durable: true });
    await deliverAll(delivery, there);
    await here.clock.advance(POSITIONS_WRITE_MS);
  }
  assert.equal(there.kept.length, 2000);
  assert.ok(there.kept.every(({ kind }) => kind === 'telemetry'));
  await here.clock.advance(LOOK_EVERY_MS);
  await journal.append('audit', { n: 1 }, { durable: true });
  assert.ok(segments(here.own).length <= 3, segments(here.own).join());
  assert.deepEqual(here.reasons(), []);
  await journal.close();
});

test('streams are served in turn', async () => {
  const here = place();
  const two = [here.journal({ process: 'kube' }), here.journal({ process: 'services' })];
  const text = 'x'.repeat(4000);
  for (const journal of two)
    await Promise.all(
      Array.from({ length: 150 }, (_, i) => journal.append('event', { n: i + 1, text }, { durable: true })),
    );
  const delivery = here.delivery();
  const there = hub();
  const order: string[] = [];
  for (let batch = await delivery.next(); batch; batch = await delivery.next()) {
    order.push(batch.stream.split('/')[0] ?? '');
    delivery.acknowledged(batch.stream, there.take(batch));
  }
  assert.deepEqual(order.slice(0, 4), ['kube', 'services', 'kube', 'services']);
  assert.equal(there.kept.length, 300);
  await Promise.all(two.map((journal) => journal.close()));
});

test('a full disk takes nothing, ends nothing, and what it did not take is counted afterwards', async (t) => {
  const here = place();
  fs.mkdirSync(here.own, { recursive: true });
  await runOrThrow('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', here.own]);
  t.after(() => runOrThrow('umount', [here.own]));
  const journal = here.journal();
  assert.equal(await journal.append('audit', { n: 1 }, { durable: true }), true);
  const ballast = `${here.own}/ballast`;
  const fill = fs.openSync(ballast, 'w');
  assert.throws(() => {
    for (;;) fs.writeSync(fill, Buffer.alloc(4096));
  }, /ENOSPC/);
  fs.closeSync(fill);
  const text = 'x'.repeat(10_000);
  assert.equal(await journal.append('audit', { n: 2, text }, { durable: true }), false);
  assert.equal(await journal.append('event', { n: 3, text }, { durable: true }), false);
  fs.rmSync(ballast);
  assert.equal(await journal.append('audit', { n: 4 }, { durable: true }), true);
  assert.deepEqual(here.reasons(), ['JournalNotTaken', 'JournalTaken']);
  const there = hub();
  await deliverAll(here.delivery(), there);
  const lost = there.kept.find(({ kind }) => kind === 'dropped');
  assert.deepEqual(lost?.body.counts, { audit: 1, event: 1 });
  assert.deepEqual(lost?.body.reasons, ['not-taken']);
  assert.deepEqual(there.bodies().filter(Number), [1, 4]);
  await journal.close();
});

test('what cannot be opened is no reason to end, and is opened when it can be', async () => {
  const here = place();
  fs.mkdirSync(path.dirname(here.own), { recursive: true });
  fs.writeFileSync(here.own, 'not a folder');
  const journal = here.journal();
  assert.equal(await journal.append('audit', { n: 1 }, { durable: true }), false);
  fs.rmSync(here.own);
  assert.equal(await journal.append('audit', { n: 2 }, { durable: true }), true);
  const there = hub();
  await deliverAll(here.delivery(), there);
  assert.deepEqual(there.bodies(), ['dropped {"from":1,"counts":{"audit":1},"reasons":["not-taken"]}', 2]);
  await journal.close();
});

test('a body that is too large is cut, and one that is no JSON is told as that', async () => {
  const here = place();
  const journal = here.journal();
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  await journal.append('event', { n: 1, text: 'x'.repeat(100_000) }, { durable: true });
  await journal.append('event', { list: Array.from({ length: 50_000 }, () => 'x') }, { durable: true });
  await journal.append('event', circle, { durable: true });
  const there = hub();
  await deliverAll(here.delivery(), there);
  assert.deepEqual(
    there.kept.map(({ body }) => body.cut),
    [true, true, true],
  );
  assert.equal(there.kept[0]?.body.n, 1);
  await journal.close();
});
