// What heartbeats cost the disk, and what of them is there after a hub was killed.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { WorldError } from '#base';
import { fakeClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { testFolder } from '#platform/process';
import { openTables, type Tables } from '#platform/sqlite';
import { CONTACT_MISSING_MS, CONTACT_MISSING_WRITTEN_MS, CONTACT_WRITTEN_EVERY_MS } from '../limits.ts';
import { HUB_MIGRATIONS } from '../schema.ts';
import { type Heartbeat, heartbeatOf } from './site.ts';
import { Sites } from './sites.ts';

const folder = testFolder('hub-sites');
after(() => fs.rmSync(folder, { recursive: true }));
const BEAT: Heartbeat = {
  version: '1',
  plane: 'hub',
  mode: 'Connected',
  phase: 'Ready',
  applied: 3,
  drifted: 0,
  nodesReady: 1,
  nodes: 1,
  pods: 2,
  troubles: [],
};

test('beats are written in a round of all sites every five minutes, sooner what is missing, and a failed write again', async (t) => {
  const clock = fakeClock();
  const log = memoryLog();
  const tables = await openTables({ file: path.join(folder, 'hub.db'), migrations: HUB_MIGRATIONS });
  t.after(() => tables.close());
  const commits: number[] = [];
  let fails = false;
  const counted: Tables = {
    ...tables,
    read: (sql, values) => tables.read(sql, values),
    readEach: (sql, values, visit) => tables.readEach(sql, values, visit),
    write: async (statements) => {
      commits.push(statements.length);
      if (fails) throw new WorldError('Exhausted', 'the disk is full');
      await tables.write(statements);
    },
  };
  const sites = await Sites.open({ tables: counted, clock, log });
  const all = await Promise.all(['a', 'b', 'c'].map((id) => sites.add({ id, name: id, key: id, identityEndMs: 1 })));
  commits.length = 0;
  /** A beat of every site, and the time after it: how many sites each commit wrote. */
  const beat = async (afterMs: number, more: Partial<Heartbeat> = {}): Promise<number[]> => {
    for (const site of all) sites.contact(site, { ...BEAT, ...more });
    await clock.advance(afterMs);
    // Behind every write that has begun.
    await tables.read('SELECT 1');
    return commits.splice(0);
  };
  const [soonMs, minuteMs] = [CONTACT_MISSING_WRITTEN_MS, 60_000];
  assert.deepEqual(await beat(soonMs), [3], 'the first contact is missing on disk: one commit for all');
  assert.deepEqual(await beat(minuteMs), []);
  for (const pods of [2, 9, 9]) assert.deepEqual(await beat(minuteMs, { pods }), [], 'news wait as well');
  assert.deepEqual(await beat(minuteMs - 1, { pods: 9 }), []);
  assert.deepEqual(await beat(1, { pods: 9 }), [3], 'five minutes after the first that waited');
  await clock.advance(CONTACT_WRITTEN_EVERY_MS);
  assert.deepEqual(commits, [], 'nothing came, nothing is written');

  fails = true;
  assert.deepEqual(await beat(CONTACT_WRITTEN_EVERY_MS, { pods: 9 }), [3]);
  fails = false;
  assert.deepEqual(await beat(soonMs, { pods: 9 }), [3], 'a write that failed comes again with the next beat');
  const lastMs = clock.now() - soonMs;
  await beat(minuteMs, { pods: 10 });

  // Killed: the last beat was not written, and all that is missing is its minute.
  const killedMs = clock.now();
  const again = await Sites.open({ tables, clock, log });
  assert.deepEqual([again.find('a').contactMs, again.find('a').applied], [lastMs, 3]);
  assert.equal(killedMs - lastMs, soonMs + minuteMs);

  // Told to end: nothing is missing.
  await sites.flush();
  const ended = await Sites.open({ tables, clock, log });
  assert.deepEqual([heartbeatOf(ended.find('a'))?.pods, ended.find('a').contactMs], [10, killedMs - minuteMs]);

  // Back after a while: what is on disk would take it for one that is away.
  await clock.advance(CONTACT_MISSING_MS);
  commits.length = 0;
  assert.deepEqual(await beat(soonMs), [3]);
});
