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
  // What comes in meanwhile is for the next time: otherwise it would be made room for by what is worth more than it.
  let excess = site.journalBytes - bytesMax * JOURNAL_TRIM_TO;
  for (const kind of ORDER) {
    for (let more = true; more && excess > 0; ) {
      const rows = await tables.read<Row>(
        `SELECT id, length(CAST(body AS BLOB)) + ${JOURNAL_ROW_BYTES} AS bytes FROM journal WHERE site = ? AND kind = ? ORDER BY id LIMIT ?`,
        [site.ref, kind, JOURNAL_TRIM_ROWS],
      );
      more = rows.length === JOURNAL_TRIM_ROWS;
      excess -= await dropOldest(tables, site, kind, enough(rows, excess));
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

/** Answers the bytes that went. */
async function dropOldest(tables: Tables, site: HubSite, kind: string, rows: readonly Row[]): Promise<number> {
  const last = rows.at(-1);
  if (!last) return 0;
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
  return bytes;
}
