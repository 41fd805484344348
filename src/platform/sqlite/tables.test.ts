// Tables: transactions that are whole or not at all, also when they share a commit, and that outlive the process.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { WorldError } from '#base';
import { testFolder } from '#platform/process';
import { openTables, type Tables } from './tables.client.ts';

const folder = testFolder('tables');
after(() => fs.rmSync(folder, { recursive: true }));
const MAKE = 'CREATE TABLE pairs (name TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT';
const ADD = 'INSERT INTO pairs VALUES (?, ?)';
const pairs = (tables: Tables) => tables.read<{ name: string; count: number }>('SELECT * FROM pairs ORDER BY name');
const codeOf = (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => 'done',
    (error) => (error instanceof WorldError ? error.code : `not a WorldError: ${error}`),
  );

test('a failing transaction undoes itself alone, and a commit is there after closing', async () => {
  const file = path.join(folder, 'one', 'tables.db');
  const first = await openTables({ file, migrations: [MAKE] });
  const put = (name: string, count: number) => ({ sql: ADD, values: [name, count] });
  const codes = await Promise.all([
    codeOf(first.write([put('a', 1), put('b', 1)])),
    codeOf(first.write([put('c', 1), put('a', 2)])),
    codeOf(
      first.write([put('d', 1), { sql: 'UPDATE pairs SET count = 5 WHERE name = ?', values: ['none'], changes: 1 }]),
    ),
    codeOf(
      first.write([{ sql: 'UPDATE pairs SET count = 2 WHERE name = ? AND count = ?', values: ['b', 1], changes: 1 }]),
    ),
    codeOf(first.write([{ sql: 'NOT SQL' }])),
  ]);
  assert.deepEqual(codes, ['done', 'Conflict', 'Conflict', 'done', 'Failed']);
  const expected = [
    { name: 'a', count: 1 },
    { name: 'b', count: 2 },
  ];
  assert.deepEqual(
    (await pairs(first)).map((row) => ({ ...row })),
    expected,
  );
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  assert.equal(await codeOf(openTables({ file, migrations: [MAKE] })), 'Unavailable');
  await first.close();
  assert.equal(await codeOf(first.write([put('e', 1)])), 'Unavailable');

  const second = await openTables({ file, migrations: [MAKE, 'ALTER TABLE pairs ADD COLUMN note TEXT'] });
  assert.deepEqual(
    (await second.read<{ note: unknown }>('SELECT note FROM pairs')).map(({ note }) => note),
    [null, null],
  );
  await second.close();
  assert.equal(await codeOf(openTables({ file, migrations: [MAKE] })), 'Unsupported');
});

test('many rows come in pieces, in order', async () => {
  const tables = await openTables({ file: path.join(folder, 'many.db'), migrations: [MAKE] });
  await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      tables.write(Array.from({ length: 100 }, (_, j) => ({ sql: ADD, values: [`n${i * 100 + j}`, i * 100 + j] }))),
    ),
  );
  const sizes: number[] = [];
  const counts: number[] = [];
  await tables.readEach<{ count: number }>('SELECT count FROM pairs ORDER BY count', [], (rows) => {
    sizes.push(rows.length);
    counts.push(...rows.map(({ count }) => count));
  });
  assert.ok(sizes.length > 1);
  assert.deepEqual(
    counts,
    Array.from({ length: 5000 }, (_, i) => i),
  );
  await tables.close();
});

test('a file that is no database of ours is refused, and left as it is', async () => {
  const file = path.join(folder, 'text.db');
  fs.writeFileSync(file, 'something else'.repeat(100));
  assert.equal(await codeOf(openTables({ file, migrations: [MAKE] })), 'Corrupt');
  assert.equal(fs.readFileSync(file, 'utf8'), 'something else'.repeat(100));
  fs.truncateSync(file);
  assert.equal(
    await codeOf(openTables({ file, migrations: [MAKE] })),
    'Corrupt',
    'an emptied file is not taken for a new one',
  );
});
