// What every driver of the store must do. A driver's test calls `storeConformance` with a way to open a store on an empty
// log, and to open the same log again.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { testFolder } from '#platform/process';
import type { Entry, Revision, Store, StoreEvent, StoreNotice, StoreOptions, WriteOutcome } from './contract.ts';
import { restoreSqliteStore } from './restore.ts';
import { openSqliteStore } from './sqlite.driver.ts';

/** What selectors would need; here the first letter of the bytes, so that a wrong extraction shows. */
export type TestIndex = string;

export interface ConformanceLog {
  /** Opens the log; the store before was closed. */
  open(options: StoreOptions<TestIndex>): Promise<Store<TestIndex>>;
  destroy(): Promise<void>;
}

const TEXT = new TextDecoder();

export function textOf(entry: Entry<TestIndex> | undefined): string | undefined {
  return entry === undefined ? undefined : TEXT.decode(entry.bytes);
}

export function putText(store: Store<TestIndex>, key: string, text: string): Promise<WriteOutcome<TestIndex>> {
  return store.write(key, () => ({ kind: 'put', encode: (revision) => Buffer.from(`${text}@${revision}`) }));
}

export function deleteText(store: Store<TestIndex>, key: string): Promise<WriteOutcome<TestIndex>> {
  return store.write(key, (current) =>
    current
      ? { kind: 'delete', encode: (revision) => Buffer.from(`${textOf(current)} gone@${revision}`) }
      : { kind: 'keep' },
  );
}

/** A line an event: what a watcher saw. */
export function watchLines(
  store: Store<TestIndex>,
  prefix: string,
  after: Revision,
): { lines: string[]; close(): void } {
  const lines: string[] = [];
  const line = (event: StoreEvent<TestIndex>): string =>
    `${event.type} ${event.entry.key} ${textOf(event.entry)}${event.previous ? ` was ${textOf(event.previous)}` : ''}`;
  const result = store.watch(
    { prefix, after },
    { event: (event) => lines.push(line(event)), lost: () => lines.push('lost') },
  );
  if (result.kind === 'expired') lines.push(`expired ${result.oldest}`);
  return { lines, close: () => (result.kind === 'watching' ? result.close() : undefined) };
}

function keysOf(store: Store<TestIndex>, query: Parameters<Store['list']>[0]): string[] {
  const result = store.list(query);
  assert.equal(result.kind, 'listed');
  return result.kind === 'listed' ? result.entries.map((entry) => `${entry.key}=${textOf(entry)}`) : [];
}

interface Stage {
  readonly store: Store<TestIndex>;
  readonly notices: StoreNotice[];
  reopen(more?: Partial<StoreOptions<TestIndex>>): Promise<Store<TestIndex>>;
}

/** Registers the suite under `name`. */
export function storeConformance(name: string, make: () => Promise<ConformanceLog>): void {
  const scene = (
    title: string,
    act: (stage: Stage) => Promise<void>,
    more: Partial<StoreOptions<TestIndex>> = {},
  ): void => {
    test(`${name}: ${title}`, async () => {
      const log = await make();
      const notices: StoreNotice[] = [];
      const options = { index: (_: string, bytes: Uint8Array) => TEXT.decode(bytes).slice(0, 1), ...more };
      let store = await log.open({ ...options, notice: (notice) => notices.push(notice) });
      const reopen: Stage['reopen'] = async (other = {}) => {
        await store.close();
        store = await log.open({ ...options, ...other, notice: (notice) => notices.push(notice) });
        return store;
      };
      try {
        await act({ store, notices, reopen });
      } finally {
        await store.close();
        await log.destroy();
      }
    });
  };
  writing(scene);
  reading(scene);
  watching(scene);
  keeping(scene);
}

type Scene = (title: string, act: (stage: Stage) => Promise<void>, more?: Partial<StoreOptions<TestIndex>>) => void;

function writing(scene: Scene): void {
  scene('an empty store is at revision 1 and open', async ({ store }) => {
    assert.equal(store.revision, 1);
    assert.equal(store.oldest, 1);
    assert.equal(store.state, 'open');
    assert.deepEqual(store.list({ prefix: '' }), { kind: 'listed', entries: [], revision: 1, remaining: 0 });
  });

  scene('put, change, delete: outcomes carry revisions and the state before', async ({ store }) => {
    const made = await putText(store, '/a', 'x');
    assert.equal(made.kind, 'written');
    assert.deepEqual([made.entry?.revision, textOf(made.entry), made.entry?.index], [2, 'x@2', 'x']);
    const changed = await putText(store, '/a', 'y');
    assert.deepEqual(
      changed.kind === 'written' && [changed.entry.revision, textOf(changed.entry), textOf(changed.previous)],
      [3, 'y@3', 'x@2'],
    );
    const gone = await deleteText(store, '/a');
    assert.deepEqual(gone.kind === 'deleted' && [gone.entry.revision, textOf(gone.entry), textOf(gone.previous)], [
      4,
      'y@3 gone@4',
      'y@3',
    ]);
    assert.equal(store.get('/a'), undefined);
    assert.equal(store.revision, 4);
  });

  scene('decide sees what was decided before it, durable or not; readers do not', async ({ store }) => {
    const seen: (string | undefined)[] = [];
    const write = (text: string): Promise<unknown> =>
      store.write('/a', (current) => {
        seen.push(textOf(current));
        return { kind: 'put', encode: () => Buffer.from(text) };
      });
    const all = [write('1'), write('2'), deleteText(store, '/a'), write('3')];
    assert.equal(store.get('/a'), undefined);
    assert.equal(store.revision, 1);
    await Promise.all(all);
    assert.deepEqual(seen, [undefined, '1', undefined]);
    assert.equal(textOf(store.get('/a')), '3');
    assert.equal(store.revision, 5);
  });

  scene('a refusal changes nothing and takes no revision', async ({ store }) => {
    const refuse = store.write('/a', () => {
      throw new RangeError('refused');
    });
    await assert.rejects(refuse, RangeError);
    const encode = store.write('/a', () => ({
      kind: 'put',
      encode: () => {
        throw new RangeError('no bytes');
      },
    }));
    await assert.rejects(encode, RangeError);
    assert.equal((await putText(store, '/a', 'x')).entry?.revision, 2);
  });

  scene('keep waits for the entry that it kept', async ({ store }) => {
    const put = putText(store, '/a', 'x');
    const kept = await store.write('/a', () => ({ kind: 'keep' }));
    assert.deepEqual([kept.kind, textOf(kept.entry)], ['kept', 'x@2']);
    assert.equal(textOf(store.get('/a')), 'x@2', 'what was answered is visible');
    await put;
    assert.deepEqual(await store.write('/none', () => ({ kind: 'keep' })), { kind: 'kept', entry: undefined });
  });

  scene('a thousand at once: every revision once, order kept', async ({ store }) => {
    const watch = watchLines(store, '/', 1);
    const outcomes = await Promise.all(Array.from({ length: 1000 }, (_, i) => putText(store, `/n/${i % 300}`, `${i}`)));
    assert.deepEqual(
      outcomes.map((outcome) => outcome.entry?.revision),
      Array.from({ length: 1000 }, (_, i) => i + 2),
    );
    assert.equal(watch.lines.length, 1000);
    assert.ok(watch.lines.every((line, i) => line.includes(` ${i}@${i + 2}`)));
    assert.equal(store.count('/n/'), 300);
  });

  scene('what is too large for any log is refused by name', async ({ store }) => {
    const write = store.write('/big', () => ({ kind: 'put', encode: () => new Uint8Array(2_000_000) }));
    await assert.rejects(write, { name: 'WorldError', code: 'Invalid', message: /\/big has 2000000 bytes/ });
    await store.write('/large', () => ({ kind: 'put', encode: () => new Uint8Array(1_200_000) }));
    assert.equal(store.get('/large')?.bytes.length, 1_200_000);
  });

  scene('a closed store refuses', async ({ store }) => {
    const last = putText(store, '/a', 'x');
    await store.close();
    assert.equal((await last).kind, 'written', 'what was decided before is finished');
    await assert.rejects(putText(store, '/a', 'y'), { code: 'Unavailable' });
    assert.equal(store.state, 'closed');
  });
}

function reading(scene: Scene): void {
  scene('lists are in UTF-8 byte order, by prefix, after a key, up to a limit', async ({ store }) => {
    const keys = ['/a/\u{1f600}', '/a/\uffee', '/a/b', '/a/a', '/a/é', '/a', '/a0', '/b/x', '/a/a/b'];
    for (const key of keys) await putText(store, key, '');
    const listed = store.list({ prefix: '' });
    const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    assert.deepEqual(listed.kind === 'listed' && listed.entries.map((entry) => entry.key), sorted);
    const under = sorted.filter((key) => key.startsWith('/a/'));
    assert.equal(store.count('/a/'), under.length);
    let after: string | undefined;
    const paged: string[] = [];
    for (let left = under.length; left > 0; ) {
      const page = store.list({ prefix: '/a/', after, limit: 2 });
      assert.equal(page.kind, 'listed');
      if (page.kind !== 'listed') return;
      left -= page.entries.length;
      assert.equal(page.remaining, left);
      paged.push(...page.entries.map((entry) => entry.key));
      after = paged.at(-1);
    }
    assert.deepEqual(paged, under);
  });

  scene('a list at an older revision is the list that was', async ({ store }) => {
    const then: string[][] = [[]];
    const keys = ['/k/a', '/k/b', '/k/c', '/k/d', '/other'];
    for (let i = 0; i < 60; i++) {
      const key = keys[(i * 7) % 5] ?? '';
      await (i % 3 === 2 ? deleteText(store, key) : putText(store, key, `${i}`));
      then[store.revision] = keysOf(store, { prefix: '/k/' });
    }
    for (let at = 2; at <= store.revision; at++) {
      assert.deepEqual(keysOf(store, { prefix: '/k/', at }), then[at]);
      assert.deepEqual(
        keysOf(store, { prefix: '/k/', at, after: '/k/b', limit: 1 }),
        then[at]?.filter((k) => k > '/k/c').slice(0, 1),
      );
    }
    assert.deepEqual(store.list({ prefix: '/k/', at: store.revision + 1 }), { kind: 'future', newest: store.revision });
  });
}

function watching(scene: Scene): void {
  scene('a watch brings what it missed, then what comes, each once, under its prefix only', async ({ store }) => {
    await putText(store, '/a/1', 'x');
    await putText(store, '/b/1', 'x');
    const whole = watchLines(store, '', 1);
    const late = watchLines(store, '/a/', 2);
    const one = watchLines(store, '/a/1', 0 + store.revision);
    await putText(store, '/a/1', 'y');
    await putText(store, '/a/12', 'z');
    await deleteText(store, '/a/1');
    assert.deepEqual(late.lines, ['modified /a/1 y@4 was x@2', 'added /a/12 z@5', 'deleted /a/1 y@4 gone@6 was y@4']);
    assert.deepEqual(one.lines, late.lines);
    assert.deepEqual(whole.lines, ['added /a/1 x@2', 'added /b/1 x@3', ...late.lines]);
    late.close();
    await putText(store, '/a/3', 'w');
    assert.equal(late.lines.length, 3);
    assert.equal(whole.lines.length, 6);
  });

  scene('an event is visible to readers when it is told', async ({ store }) => {
    const seen: unknown[] = [];
    store.watch(
      { prefix: '/', after: 1 },
      {
        event: ({ entry }) => seen.push([store.revision, textOf(store.get(entry.key))]),
        lost: () => seen.push('lost'),
      },
    );
    await Promise.all([putText(store, '/a', '1'), putText(store, '/a', '2')]);
    assert.deepEqual(seen, [
      [2, '1@2'],
      [3, '2@3'],
    ]);
  });

  scene(
    'history is bounded by number; older is expired',
    async ({ store }) => {
      for (let i = 0; i < 30; i++) await putText(store, '/a', `${i}`);
      assert.equal(store.oldest, 21);
      assert.deepEqual(watchLines(store, '', 20).lines, ['expired 21']);
      assert.equal(watchLines(store, '', 21).lines.length, 10);
      assert.deepEqual(store.list({ prefix: '', at: 20 }), { kind: 'expired', oldest: 21 });
      assert.deepEqual(keysOf(store, { prefix: '', at: 21 }), ['/a=19@21']);
    },
    { historyEvents: 10 },
  );

  scene(
    'history is bounded by bytes',
    async ({ store }) => {
      for (let i = 0; i < 30; i++) await putText(store, '/a', 'x'.repeat(100));
      assert.ok(store.oldest > 10 && store.oldest < 31, `oldest is ${store.oldest}`);
    },
    { historyBytes: 1000 },
  );

  scene('closing tells watchers that they are lost, once', async ({ store }) => {
    const watch = watchLines(store, '', 1);
    await store.close();
    await store.close();
    assert.deepEqual(watch.lines, ['lost']);
  });
}

function keeping(scene: Scene): void {
  scene('everything is there after opening again: entries, revision, history', async ({ store, reopen }) => {
    for (let i = 0; i < 50; i++) await putText(store, `/k/${i % 20}`, `${i}`);
    for (let i = 0; i < 5; i++) await deleteText(store, `/k/${i}`);
    const before = watchLines(store, '/k/', 1);
    before.close();
    const [entries, then] = [keysOf(store, { prefix: '' }), keysOf(store, { prefix: '', at: 30 })];
    const again = await reopen();
    assert.equal(again.revision, 56);
    assert.deepEqual(keysOf(again, { prefix: '' }), entries);
    assert.deepEqual(keysOf(again, { prefix: '', at: 30 }), then);
    assert.deepEqual(watchLines(again, '/k/', 1).lines, before.lines);
    assert.equal(again.get('/k/19')?.index, '3');
    assert.equal((await putText(again, '/new', 'x')).entry?.revision, 57);
  });

  scene('compaction drops history from memory and log, never state or the counter', async ({ store, reopen }) => {
    for (let i = 0; i < 300; i++) await putText(store, `/k/${i % 7}`, `${i}`);
    await deleteText(store, '/k/3');
    const entries = keysOf(store, { prefix: '' });
    await store.compact(100);
    assert.equal(store.oldest, 100);
    await store.compact(store.revision);
    assert.deepEqual(watchLines(store, '', 301).lines, ['expired 302']);
    assert.deepEqual(keysOf(store, { prefix: '' }), entries);
    const again = await reopen();
    assert.deepEqual([again.revision, again.oldest], [302, 302]);
    assert.deepEqual(keysOf(again, { prefix: '' }), entries);
    assert.equal((await putText(again, '/k/3', 'back')).entry?.revision, 303);
  });

  scene('bounds of the history hold after opening again', async ({ store, reopen }) => {
    for (let i = 0; i < 30; i++) await putText(store, '/a', `${i}`);
    const again = await reopen({ historyEvents: 5 });
    assert.equal(again.oldest, 26);
    assert.equal(textOf(again.get('/a')), '29@31');
  });

  scene('a snapshot is the whole state at one revision', async ({ store }) => {
    const folder = testFolder('snapshot');
    try {
      for (let i = 0; i < 300; i++) await putText(store, `/k/${i % 200}`, `${i}`);
      await deleteText(store, '/k/7');
      const entries = keysOf(store, { prefix: '' });
      const file = path.join(folder, 'snapshot');
      const written = store.snapshot(file);
      await putText(store, '/later', 'x');
      assert.deepEqual(await written, { revision: 302, entries: 199 });
      assert.deepEqual(fs.readdirSync(folder), ['snapshot'], 'nothing else is left');
      const into = { folder: path.join(folder, 'restored'), file };
      await restoreSqliteStore(into);
      await assert.rejects(restoreSqliteStore(into), { code: 'Conflict' });
      const restored = await openSqliteStore({ folder: into.folder, reservedBytes: 0, index: () => '' });
      assert.deepEqual(keysOf(restored, { prefix: '' }), entries);
      assert.ok(restored.revision > 302 + 1_000_000, 'the revision jumped ahead');
      assert.equal(restored.oldest, restored.revision);
      await restored.close();
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  scene('state changes are told', async ({ notices, store }) => {
    await store.close();
    assert.deepEqual(
      notices.flatMap((notice) => (notice.kind === 'state' ? [notice.state] : [])),
      ['open', 'closed'],
    );
  });
}
