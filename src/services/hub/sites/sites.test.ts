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
import { CONTACT_WRITTEN_EVERY_MS } from '../limits.ts';
import { HUB_MIGRATIONS } from '../schema.ts';
import type { Heartbeat } from './site.ts';
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

test('a site that changes nothing is written every five minutes, many sites in one commit, and a failed write again', async (t) => {
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
  const beat = async (more: Partial<Heartbeat> = {}): Promise<number[]> => {
    for (const site of all) sites.contact(site, { ...BEAT, ...more });
    await sites.flush();
    return commits.splice(0);
  };
  const minute = (): void => clock.jump(60_000);
  assert.deepEqual(await beat(), [3], 'one commit for all');
  for (let i = 0; i < 4; i++) {
    minute();
    assert.deepEqual(await beat(), []);
  }
  minute();
  assert.deepEqual(await beat(), [3]);
  assert.deepEqual(await beat({ pods: 9 }), [3], 'what changed is written');
  clock.jump(CONTACT_WRITTEN_EVERY_MS);
  fails = true;
  assert.deepEqual(await beat({ pods: 9 }), [3]);
  fails = false;
  const lastMs = clock.now();
  assert.deepEqual(await beat({ pods: 9 }), [3], 'a write that failed comes again');
  minute();
  await beat({ pods: 9 });

  // Killed: the last beat was not written, and all that is missing is its minute.
  const again = await Sites.open({ tables, clock, log });
  const found = again.find('a');
  assert.equal(found.contactMs, lastMs);
  assert.equal(found.applied, 3);
  assert.equal(clock.now() - found.contactMs, 60_000);
});
