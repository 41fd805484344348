// The bound of a site's journal: what goes first, what stays, and that it is told.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { fakeClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { testFolder } from '#platform/process';
import { openTables } from '#platform/sqlite';
import { HUB_MIGRATIONS } from '../schema.ts';
import { Sites } from '../sites/sites.ts';
import { openJournal } from './journal.ts';
import { recordsIn } from './records.ts';

const folder = testFolder('hub-journal');
after(() => fs.rmSync(folder, { recursive: true }));

test('the oldest telemetry goes first and audit stays; positions and counts are true', async (t) => {
  const clock = fakeClock();
  const log = memoryLog();
  const tables = await openTables({ file: path.join(folder, 'hub.db'), migrations: HUB_MIGRATIONS });
  t.after(() => tables.close());
  const sites = await Sites.open({ tables, clock, log });
  const site = await sites.add({ id: 'a', name: 'a', key: 'k', identityEndMs: 1 });
  const journal = openJournal({ tables, clock, log, taken: () => undefined, bytesPerSiteMax: 20_000 });
  const kinds = ['telemetry', 'event', 'audit'] as const;
  for (let sequence = 1; sequence <= 150; sequence++) {
    const record = { sequence, at: '2026-01-01T00:00:00Z', kind: kinds[sequence % 3], body: { text: 'x'.repeat(100) } };
    assert.equal(await journal.take(site, 's/1', recordsIn([record])), sequence);
  }
  const bytes = async (): Promise<number> =>
    (await tables.read<{ sum: number }>('SELECT sum(length(body) + 64) AS sum FROM journal'))[0]?.sum ?? 0;
  // Trimming follows an answer; the reading above queued behind it.
  while (site.journalBytes > 20_000) await tables.read('SELECT 1');
  assert.equal(await bytes(), site.journalBytes);
  const [row] = await tables.read<{ journal_bytes: number; journal_dropped: number }>(
    'SELECT journal_bytes, journal_dropped FROM sites',
  );
  assert.deepEqual({ ...row }, { journal_bytes: site.journalBytes, journal_dropped: site.journalDropped });
  const count = async (kind: string): Promise<number> =>
    (await tables.read<{ n: number }>('SELECT count(*) AS n FROM journal WHERE kind = ?', [kind]))[0]?.n ?? 0;
  assert.equal(await count('audit'), 50);
  assert.ok((await count('telemetry')) < (await count('event')));
  assert.equal((await count('audit')) + (await count('event')) + (await count('telemetry')) + site.journalDropped, 150);
  assert.equal(site.streams?.get('s/1'), 150);
});
