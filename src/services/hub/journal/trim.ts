// Keeps the journal of one site within its bound: the oldest telemetry goes first, then events, usage, and audit last.
// How many records went is counted, and shown with the site.
import type { Tables } from '#platform/sqlite';
import { JOURNAL_ROW_BYTES, JOURNAL_TRIM_ROWS, JOURNAL_TRIM_TO } from '../limits.ts';
import type { HubSite } from '../sites/site.ts';

const ORDER = ['telemetry', 'event', 'dropped', 'usage', 'audit'] as const;

interface Row {
  readonly id: number;
  readonly bytes: number;
}

export async function trimJournal(tables: Tables, site: HubSite, bytesMax: number): Promise<void> {
  const target = bytesMax * JOURNAL_TRIM_TO;
  for (const kind of ORDER) {
    for (let more = true; more && site.journalBytes > target; ) {
      const rows = await tables.read<Row>(
        `SELECT id, length(CAST(body AS BLOB)) + ${JOURNAL_ROW_BYTES} AS bytes FROM journal WHERE site = ? AND kind = ? ORDER BY id LIMIT ?`,
        [site.ref, kind, JOURNAL_TRIM_ROWS],
      );
      more = rows.length === JOURNAL_TRIM_ROWS;
      await dropOldest(tables, site, kind, enough(rows, site.journalBytes - target));
    }
  }
}

/** The first rows that take this many bytes together. */
function enough(rows: readonly Row[], bytes: number): readonly Row[] {
  let sum = 0;
  const end = rows.findIndex((row) => {
    sum += row.bytes;
    return sum >= bytes;
  });
  return end < 0 ? rows : rows.slice(0, end + 1);
}

async function dropOldest(tables: Tables, site: HubSite, kind: string, rows: readonly Row[]): Promise<void> {
  const last = rows.at(-1);
  if (!last) return;
  const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
  await tables.write([
    {
      sql: 'DELETE FROM journal WHERE site = ? AND kind = ? AND id <= ?',
      values: [site.ref, kind, last.id],
      changes: rows.length,
    },
    {
      sql: 'UPDATE sites SET journal_bytes = max(0, journal_bytes - ?), journal_dropped = journal_dropped + ? WHERE ref = ?',
      values: [bytes, rows.length, site.ref],
    },
  ]);
  site.journalBytes = Math.max(0, site.journalBytes - bytes);
  site.journalDropped += rows.length;
}
