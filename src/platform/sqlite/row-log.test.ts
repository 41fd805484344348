// What the log does with damage, other owners, other releases and full disks.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runOrThrow, testFolder } from '#platform/process';
import type { LogRow } from './row.ts';
import { SqliteLog } from './row-log.client.ts';
import { RowLog, type RowLogOptions } from './row-log.ts';
import { walInspect } from './wal.ts';

let home: string;
let folder: string;
let logs: RowLog[];
beforeEach(() => {
  logs = [];
  home = testFolder('rows');
  folder = path.join(home, 'store');
});
afterEach(async () => {
  for (const log of logs) log.close();
  if (fs.readFileSync('/proc/mounts', 'utf8').includes(` ${folder} `)) await runOrThrow('umount', [folder]);
  fs.rmSync(home, { recursive: true });
});

function row(revision: number, kind: LogRow['kind'] = 'put', size = 100): LogRow {
  return { revision, kind, key: `/k/${revision}`, bytes: Buffer.alloc(size, `${revision};`) };
}

function opened(more: Partial<RowLogOptions> = {}): { log: RowLog; told: string[] } {
  const told: string[] = [];
  const on = {
    repaired: (message: string) => void told.push(message),
    disk: (full: boolean) => void told.push(full ? 'full' : 'room'),
  };
  const log = new RowLog({ folder, reservedBytes: 0, ...more }, on);
  logs.push(log);
  log.open();
  return { log, told };
}

function revisionsIn(log: RowLog): number[] {
  const revisions: number[] = [];
  log.read(0, (_, rows) => revisions.push(...rows.map(({ revision }) => revision)));
  return revisions;
}

/** A copy of the folder as it stands while the log is open, as a crash leaves it. */
function crashed(): string {
  const copy = path.join(home, `copy-${fs.readdirSync(home).length}`);
  fs.cpSync(folder, copy, { recursive: true });
  return copy;
}

/** Ten commits in a write-ahead log that was not copied into the database. */
function tenCommits(): { copy: string; wal: string; frames: number } {
  const { log } = opened();
  for (let i = 2; i <= 11; i++) log.append([row(i)]);
  const copy = crashed();
  log.close();
  const wal = path.join(copy, 'store.db-wal');
  const state = walInspect(fs.readFileSync(wal));
  assert.equal(state.kind, 'whole');
  return { copy, wal, frames: state.kind === 'whole' ? state.frames : 0 };
}

function change(file: string, act: (bytes: Buffer) => void): void {
  const bytes = fs.readFileSync(file);
  act(bytes);
  fs.writeFileSync(file, bytes);
}

const FRAME_BYTES = 24 + 4096;

test('a last commit that was cut short is dropped, and said', () => {
  const { copy, wal, frames } = tenCommits();
  fs.truncateSync(wal, 32 + frames * FRAME_BYTES - 1000);
  const { log, told } = opened({ folder: copy });
  assert.deepEqual(revisionsIn(log), [2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.equal(told.length, 1);
  assert.match(told[0] ?? '', /cut short/);
  log.append([row(11), row(12)]);
  log.close();
  const again = opened({ folder: copy });
  assert.deepEqual([revisionsIn(again.log).at(-1), again.told], [12, []]);
  again.log.close();
});

test('a rotten page in the middle of the write-ahead log is refused, not dropped with all that follows', () => {
  for (const frame of [0, 3, 8]) {
    const { copy, wal } = tenCommits();
    change(wal, (bytes) =>
      bytes.writeUInt8((bytes[32 + frame * FRAME_BYTES + 3000] ?? 0) ^ 1, 32 + frame * FRAME_BYTES + 3000),
    );
    assert.throws(() => opened({ folder: copy }), { name: 'WorldError', code: 'Corrupt', message: /Cure: restore/ });
    fs.rmSync(folder, { recursive: true });
  }
});

test('a rotten header of the write-ahead log is refused', () => {
  const { copy, wal } = tenCommits();
  change(wal, (bytes) => bytes.writeUInt8((bytes[26] ?? 0) ^ 1, 26));
  assert.throws(() => opened({ folder: copy }), { code: 'Corrupt' });
});

test('a changed byte of an object is refused', () => {
  const { log } = opened();
  log.append([row(2), row(3)]);
  log.close();
  change(path.join(folder, 'store.db'), (bytes) => {
    const at = bytes.indexOf('3;3;3;');
    assert.ok(at > 0);
    bytes.write('4', at);
  });
  const again = opened();
  assert.throws(() => revisionsIn(again.log), { code: 'Corrupt', message: /row of revision 3/ });
  again.log.close();
});

test('rows that vanished are refused', () => {
  const { log } = opened();
  log.append([row(2), row(3), row(4)]);
  log.drop([2], 2);
  log.close();
  const database = new DatabaseSync(path.join(folder, 'store.db'));
  database.exec('DELETE FROM log WHERE revision = 3');
  database.close();
  assert.throws(() => opened(), { code: 'Corrupt', message: /1 rows where 2 must be/ });
});

test('a missing, empty, foreign or cut database is refused', () => {
  const spoil: Record<string, (file: string) => void> = {
    missing: (file) => fs.rmSync(file),
    empty: (file) => fs.truncateSync(file, 0),
    foreign: (file) => fs.writeFileSync(file, Buffer.alloc(8192, 'x')),
    cut: (file) => fs.truncateSync(file, 4096),
  };
  for (const [name, act] of Object.entries(spoil)) {
    const { log } = opened({ reservedBytes: 4096 });
    log.append([row(2)]);
    log.close();
    act(path.join(folder, 'store.db'));
    const look = (): void => void revisionsIn(opened().log);
    assert.throws(look, { name: 'WorldError', code: 'Corrupt' }, name);
    fs.rmSync(folder, { recursive: true });
  }
});

test('a store of a newer release is refused, with the cure', () => {
  const { log } = opened();
  log.close();
  const database = new DatabaseSync(path.join(folder, 'store.db'));
  database.exec('PRAGMA user_version = 3');
  database.close();
  assert.throws(() => opened(), { name: 'WorldError', code: 'Unsupported', message: /format 3.*up to 2/ });
});

test('one owner at a time', () => {
  const { log } = opened();
  assert.throws(() => opened(), { name: 'WorldError', code: 'Unavailable', message: /in use/ });
  log.close();
  opened().log.close();
});

test('dropped rows give their room back', () => {
  const { log } = opened();
  for (let i = 2; i < 2002; i++) log.append([row(i, 'put', 3000)]);
  const before = fs.statSync(path.join(folder, 'store.db-wal')).size;
  for (let i = 2; i < 2000; i += 100)
    log.drop(
      Array.from({ length: 100 }, (_, n) => i + n),
      i + 99,
    );
  log.close();
  const after = fs.statSync(path.join(folder, 'store.db')).size;
  assert.ok(after < before / 2, `${after} bytes of ${before}`);
});

test('nothing is written while nothing is asked', () => {
  const { log } = opened();
  log.append([row(2)]);
  log.tidy();
  const seen = (): string[] =>
    fs.readdirSync(folder).map((name) => `${name} ${fs.statSync(path.join(folder, name)).mtimeMs}`);
  const before = seen();
  log.tidy();
  log.probeRoom();
  revisionsIn(log);
  assert.deepEqual(seen(), before);
  log.close();
});

test('a full disk: nothing is lost, deletes go on, room is found again', async () => {
  fs.mkdirSync(folder);
  await runOrThrow('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]);
  const { log, told } = opened({ reservedBytes: 1024 * 1024, checkpointBytes: 300_000 });
  let last = 1;
  assert.throws(
    () => {
      for (;;) {
        log.append([row(last + 1, 'put', 20_000)]);
        last++;
        log.tidy();
      }
    },
    { name: 'WorldError', code: 'Exhausted' },
  );
  assert.deepEqual([told, log.diskFull, revisionsIn(log).at(-1)], [['full'], true, last]);
  const put = last;
  for (let i = 0; i < 20; i++) log.append([row(++last, 'delete', 200)]);
  log.probeRoom();
  assert.equal(log.diskFull, true, 'nothing was freed yet');
  for (let i = 2; i <= put - 10; i += 50)
    log.drop(
      Array.from({ length: Math.min(50, put - 9 - i) }, (_, n) => i + n),
      i,
    );
  log.probeRoom();
  assert.deepEqual([told, log.diskFull], [['full', 'room'], false]);
  log.append([row(++last, 'put', 20_000)]);
  log.close();
  const again = opened({ reservedBytes: 1024 * 1024 });
  assert.equal(revisionsIn(again.log).at(-1), last);
  again.log.close();
});

test('a disk that was filled by others: the ballast lets deletes through even when the log opens full', async () => {
  fs.mkdirSync(folder);
  await runOrThrow('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]);
  const first = opened({ reservedBytes: 1024 * 1024 });
  first.log.append([row(2)]);
  const fd = fs.openSync(path.join(folder, 'other'), 'w');
  assert.throws(
    () => {
      for (;;) fs.writeSync(fd, Buffer.alloc(4096));
    },
    { code: 'ENOSPC' },
  );
  fs.closeSync(fd);
  first.log.append([{ ...row(3), kind: 'delete' }]);
  assert.deepEqual(first.told, ['full']);
  first.log.append([{ ...row(4), frees: true }]);
  assert.throws(() => first.log.append([{ ...row(5), frees: true }, row(6)]), { code: 'Exhausted' });
  first.log.close();
  const again = opened({ reservedBytes: 1024 * 1024 });
  assert.deepEqual([revisionsIn(again.log), again.log.diskFull], [[2, 3, 4], true]);
  fs.rmSync(path.join(folder, 'other'));
  again.log.probeRoom();
  assert.equal(again.log.diskFull, false);
  again.log.close();
});

test('a thread that dies fails its calls, and a claim starts another', async () => {
  const dying = path.join(home, 'dying.worker.mjs');
  fs.writeFileSync(
    dying,
    `import { parentPort } from 'node:worker_threads';
     parentPort.on('message', ({ do: what, id }) => {
       if (what === 'append') process.exit(3);
       parentPort.postMessage({ kind: 'done', id });
       if (what === 'close') parentPort.close();
     });`,
  );
  const deaf = { repaired: () => undefined, disk: () => undefined };
  const log = new SqliteLog({ folder, workerUrl: pathToFileURL(dying), ...deaf });
  await log.claim();
  await assert.rejects(log.append([row(2)]), { name: 'WorldError', code: 'Failed', message: /thread/ });
  await assert.rejects(log.append([row(2)]), { code: 'Failed' });
  await log.claim();
  await log.close();
});
