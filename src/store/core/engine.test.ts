// What the engine does when the log does not do what it should: lost answers, a full disk, another writer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorldError } from '#base';
import type { Store, StoreNotice } from '../contract.ts';
import { MemoryRecords, memoryLog } from '../memory.driver.ts';
import { deleteText, putText, textOf, watchLines } from '../store.conformance.ts';
import { type EngineOptions, StoreEngine } from './engine.ts';
import type { LogChunk, LogRecord, StoreLog } from './store-log.ts';

type Append = (records: readonly LogRecord[], write: () => Promise<void>) => Promise<void>;

interface Rig {
  readonly records: MemoryRecords;
  readonly engine: StoreEngine<string>;
  readonly notices: StoreNotice[];
  /** Replaces the next appends until set to undefined. */
  append: Append | undefined;
  /** Holds back what the next read has found. */
  late: Promise<void> | undefined;
  /** What the next claims or reads throw. */
  broken: Error | undefined;
  diskFull: boolean;
}

function rig(records = new MemoryRecords(), more: Partial<EngineOptions<string>> = {}): Rig {
  const inner = memoryLog(records);
  const notices: StoreNotice[] = [];
  const log: StoreLog = {
    ...inner,
    claim: async () => {
      if (made.broken) throw made.broken;
      await inner.claim();
    },
    read: async (after, visit) => {
      const chunks: LogChunk[] = [];
      await inner.read(after, (chunk) => chunks.push(chunk));
      const { late } = made;
      made.late = undefined;
      await late;
      for (const chunk of chunks) visit(chunk);
    },
    append: (batch) => (made.append ? made.append(batch, () => inner.append(batch)) : inner.append(batch)),
    get diskFull() {
      return made.diskFull;
    },
  };
  const engine = new StoreEngine<string>(log, {
    index: () => '',
    notice: (notice) => notices.push(notice),
    reloadBackoff: { firstMs: 0, maxMs: 0, factor: 1 },
    ...more,
  });
  const made: Rig = {
    records,
    engine,
    notices,
    append: undefined,
    late: undefined,
    broken: undefined,
    diskFull: false,
  };
  return made;
}

async function started(more: Partial<EngineOptions<string>> = {}): Promise<Rig> {
  const made = rig(new MemoryRecords(), more);
  await made.engine.start();
  return made;
}

/** How each write ended: its text, or the code of its error. */
async function ends(
  writes: readonly Promise<{ entry?: Parameters<typeof textOf>[0] }>[],
): Promise<(string | undefined)[]> {
  const settled = await Promise.allSettled(writes);
  return settled.map((end) => (end.status === 'fulfilled' ? textOf(end.value.entry) : String(end.reason.code)));
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    assert.ok(performance.now() < deadline, 'in time');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The next append is carried out or not, and fails when the function that is returned is called. */
function failOnce(made: Rig, options: { written: boolean }): () => void {
  let fail = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    fail = resolve;
  });
  made.append = async (_, write) => {
    made.append = undefined;
    if (options.written) await write();
    await asked;
    throw new WorldError('Failed', 'the answer was lost');
  };
  return () => fail();
}

for (const written of [true, false]) {
  test(`a lost answer, ${written ? 'written' : 'not written'}: answered after reading, as ambiguous`, async () => {
    const made = await started();
    const { engine } = made;
    const watch = watchLines(engine, '', 1);
    const fail = failOnce(made, { written });
    const sent = ends([putText(engine, '/a', 'x'), engine.write('/a', () => ({ kind: 'keep' }))]);
    await until(() => made.append === undefined);
    const queued = ends([putText(engine, '/b', 'y')]);
    fail();
    assert.deepEqual(await queued, ['Unavailable']);
    assert.deepEqual(await sent, ['Ambiguous', 'Ambiguous']);
    assert.equal(engine.state, 'open');
    assert.equal(textOf(engine.get('/a')), written ? 'x@2' : undefined);
    const next = await putText(engine, '/c', 'z');
    assert.deepEqual(watch.lines, [...(written ? ['added /a x@2'] : []), `added /c ${textOf(next.entry)}`]);
    assert.deepEqual(
      made.notices.map((n) => n.kind === 'state' && n.state),
      ['open', 'reloading', 'open'],
    );
  });
}

test('while the log cannot be read the store serves reads, refuses writes, and tries again', async () => {
  const made = await started();
  const { engine } = made;
  await putText(engine, '/a', 'x');
  failOnce(made, { written: true })();
  made.broken = new WorldError('Failed', 'no disk');
  const lost = ends([putText(engine, '/a', 'y')]);
  await until(() => engine.state === 'reloading');
  await assert.rejects(putText(engine, '/b', 'z'), { code: 'Unavailable' });
  assert.equal(textOf(engine.get('/a')), 'x@2');
  made.broken = undefined;
  assert.deepEqual(await lost, ['Ambiguous']);
  assert.equal(textOf(engine.get('/a')), 'y@3');
});

test('closing while the log cannot be read answers those who wait', async () => {
  const made = await started();
  failOnce(made, { written: true })();
  made.broken = new WorldError('Failed', 'no disk');
  const lost = ends([putText(made.engine, '/a', 'y')]);
  await until(() => made.engine.state === 'reloading');
  await made.engine.close();
  assert.deepEqual(await lost, ['Ambiguous']);
});

test('a full disk refuses puts and what was built on them, and lets deletes through', async () => {
  const made = await started();
  const { engine } = made;
  for (const key of ['/a', '/b', '/c']) await putText(engine, key, 'old');
  made.append = async (batch, write) => {
    made.diskFull = true;
    if (batch.some((record) => record.kind === 'put')) throw new WorldError('Exhausted', 'no room');
    await write();
  };
  const writes = [
    putText(engine, '/a', 'new'),
    deleteText(engine, '/a'),
    deleteText(engine, '/b'),
    putText(engine, '/new', 'x'),
    engine.write('/new', () => ({ kind: 'keep' })),
    deleteText(engine, '/c'),
  ];
  const results = await ends(writes);
  assert.deepEqual(results, ['Exhausted', 'Exhausted', 'old@3 gone@7', 'Exhausted', 'Exhausted', 'old@4 gone@9']);
  assert.deepEqual([textOf(engine.get('/a')), engine.get('/b'), engine.get('/c')], ['old@2', undefined, undefined]);
  assert.deepEqual(await ends([putText(engine, '/d', 'x'), deleteText(engine, '/a')]), ['Exhausted', 'old@2 gone@10']);
  made.diskFull = false;
  made.append = undefined;
  assert.deepEqual(await ends([putText(engine, '/d', 'x')]), ['x@11']);
});

test('a full disk takes steps of a deletion as it takes deletions, with what is built on them', async () => {
  const made = await started();
  const { engine } = made;
  const mark = (key: string, text: string) =>
    engine.write(key, () => ({ kind: 'put', frees: true, encode: (revision) => Buffer.from(`${text}@${revision}`) }));
  for (const key of ['/a', '/b']) await putText(engine, key, 'old');
  made.append = async (batch, write) => {
    made.diskFull = true;
    if (batch.some((record) => record.kind === 'put' && !record.frees)) throw new WorldError('Exhausted', 'no room');
    await write();
  };
  const writes = [putText(engine, '/b', 'new'), mark('/a', 'going'), deleteText(engine, '/a'), mark('/b', 'going')];
  assert.deepEqual(await ends(writes), ['Exhausted', 'going@5', 'going@5 gone@6', 'Exhausted']);
  assert.deepEqual(await ends([putText(engine, '/b', 'new'), mark('/b', 'going')]), ['Exhausted', 'going@8']);
  assert.deepEqual([engine.get('/a'), textOf(engine.get('/b'))], [undefined, 'going@8']);
});

test('deletes that find no room even in the reserve are refused', async () => {
  const made = await started();
  await putText(made.engine, '/a', 'x');
  made.append = async () => {
    throw new WorldError('Exhausted', 'no room at all');
  };
  assert.deepEqual(await ends([deleteText(made.engine, '/a')]), ['Exhausted']);
  assert.equal(textOf(made.engine.get('/a')), 'x@2');
});

test('a store that lost the log to another refuses, follows, and can be promoted again', async () => {
  const one = await started();
  const two = rig(one.records);
  await putText(one.engine, '/a', '1');
  await two.engine.start();
  assert.deepEqual(await ends([putText(one.engine, '/b', 'x')]), ['Unavailable']);
  assert.equal(one.engine.state, 'read-only');
  await putText(two.engine, '/b', '2');
  await until(() => textOf(one.engine.get('/b')) === '2@3');
  await one.engine.promote();
  await putText(one.engine, '/c', '3');
  assert.deepEqual(await ends([putText(two.engine, '/d', 'x')]), ['Unavailable']);
  await until(() => textOf(two.engine.get('/c')) === '3@4');
});

test('a standby has the history, and a takeover drops no event', async () => {
  const writer = await started();
  for (let i = 0; i < 20; i++) await putText(writer.engine, `/k/${i % 3}`, `${i}`);
  const standby = rig(writer.records);
  await standby.engine.follow();
  assert.equal(standby.engine.state, 'read-only');
  const [seen, expected] = [watchLines(standby.engine, '/k/', 5), watchLines(writer.engine, '/k/', 5)];
  await putText(writer.engine, '/k/0', 'more');
  await deleteText(writer.engine, '/k/1');
  await assert.rejects(putText(standby.engine, '/k/0', 'x'), { code: 'Unavailable' });
  // The last write reaches the log, and the writer dies before the standby hears of it.
  writer.records.followers.clear();
  await putText(writer.engine, '/k/2', 'last');
  await standby.engine.promote();
  assert.deepEqual(seen.lines, expected.lines);
  assert.equal((await putText(standby.engine, '/k/2', 'own')).entry?.revision, 25);
});

test('a standby that fell behind a compaction reads anew and tells its watchers', async () => {
  const writer = await started();
  await putText(writer.engine, '/a', '1');
  const standby = rig(writer.records);
  await standby.engine.follow();
  const watch = watchLines(standby.engine, '', 2);
  const [follower] = writer.records.followers;
  writer.records.followers.clear();
  for (let i = 0; i < 5; i++) await putText(writer.engine, '/a', `${i}`);
  await writer.engine.compact(writer.engine.revision);
  assert.ok(follower !== undefined);
  follower.lost('the wire was cut');
  await until(() => watch.lines.length > 0);
  assert.deepEqual(watch.lines, ['lost']);
  assert.deepEqual([standby.engine.revision, textOf(standby.engine.get('/a'))], [7, '4@7']);
});

test('a standby that reads anew while it is promoted shows nothing older afterwards', async () => {
  const writer = await started();
  await putText(writer.engine, '/a', '1');
  const standby = rig(writer.records);
  await standby.engine.follow();
  const [follower] = writer.records.followers;
  writer.records.followers.clear();
  for (let i = 0; i < 5; i++) await putText(writer.engine, '/a', `${i}`);
  await writer.engine.compact(writer.engine.revision);
  let arrives = (): void => undefined;
  standby.late = new Promise((resolve) => {
    arrives = resolve;
  });
  follower?.lost('the wire was cut');
  await until(() => standby.late === undefined);
  let isOver = false;
  const written = standby.engine
    .promote()
    .then(() => putText(standby.engine, '/a', 'own'))
    .finally(() => {
      isOver = true;
    });
  for (let turn = 0; turn < 20 && !isOver; turn++) await new Promise((resolve) => setImmediate(resolve));
  arrives();
  await written;
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([standby.engine.revision, textOf(standby.engine.get('/a'))], [8, 'own@8']);
});

test('what a compaction that stopped half-way has left comes to life in no later one', async () => {
  const writer = await started();
  await putText(writer.engine, '/a', '1');
  await putText(writer.engine, '/a', '2');
  const { records } = writer;
  // The floor is raised, and the process ends before it drops anything.
  records.floor = writer.engine.revision;
  const standby = rig(records);
  await standby.engine.follow();
  await new Promise((resolve) => setImmediate(resolve));
  await standby.engine.promote();
  await deleteText(standby.engine, '/a');
  await standby.engine.compact(standby.engine.revision);
  assert.deepEqual([...records.records.keys()], []);
  const again = rig(records);
  await again.engine.start();
  assert.deepEqual([again.engine.revision, again.engine.get('/a')], [4, undefined]);
});

test('dead records leave the log by themselves, once they outweigh the living', async () => {
  const made = await started({ historyEvents: 3 });
  const store: Store<string> = made.engine;
  for (let i = 0; i < 100; i++)
    await store.write('/a', () => ({ kind: 'put', encode: () => new Uint8Array(200_000).fill(i) }));
  const held = [...made.records.records.values()].reduce((sum, record) => sum + record.bytes.length, 0);
  assert.ok(held < 6_000_000, `${held} bytes in the log`);
  const again = rig(made.records);
  await again.engine.start();
  assert.equal(again.engine.revision, 101);
  assert.equal(again.engine.get('/a')?.bytes[0], 99);
});
