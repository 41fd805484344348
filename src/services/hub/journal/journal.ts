// The journals of all sites: taken in exactly once, kept in the order of their arrival, bounded for each site, asked about.
// Position and records change in one transaction, and only from the position that the decision was made on; so whatever is
// killed when, a record that was acknowledged is there, and there once.
import { WorldError } from '#base';
import type { HubJournalRecord } from '#model/hub';
import type { JournalKind } from '#model/link';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import type { SqlValue, TableStatement, Tables } from '#platform/sqlite';
import {
  JOURNAL_ANSWER_ROWS_MAX,
  JOURNAL_ATTEMPTS_MAX,
  JOURNAL_BYTES_PER_SITE_MAX,
  JOURNAL_ROW_BYTES,
} from '../limits.ts';
import { LinkRefused } from '../refusal.ts';
import { rememberStream } from '../sites/load.ts';
import type { HubSite } from '../sites/site.ts';
import { planDelivery } from './delivery.plan.ts';
import type { ReadRecord } from './records.ts';
import { trimJournal } from './trim.ts';

export interface Journal {
  /** How far the stream is kept now. Errors: LinkRefused `Gap`. */
  take(site: HubSite, stream: string, records: readonly ReadRecord[]): Promise<number>;
  /** Oldest first; the newest `limit` of them when `after` is not given. */
  read(
    site: HubSite,
    of: { readonly kind?: JournalKind; readonly after?: number; readonly limit: number },
  ): Promise<HubJournalRecord[]>;
}

interface Parts {
  readonly tables: Tables;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of what was taken in, once. */
  taken(site: HubSite, records: readonly ReadRecord[]): void;
  readonly bytesPerSiteMax?: number;
}

export function openJournal(parts: Parts): Journal {
  const { tables, log, bytesPerSiteMax = JOURNAL_BYTES_PER_SITE_MAX } = parts;
  /** Sites that are being trimmed. */
  const trimming = new Set<HubSite>();

  const trim = async (site: HubSite): Promise<void> => {
    if (site.journalBytes <= bytesPerSiteMax || trimming.has(site)) return;
    trimming.add(site);
    try {
      await trimJournal(tables, site, bytesPerSiteMax);
    } catch (error) {
      log.warn('the journal of a site could not be trimmed', { site: site.name, error });
    } finally {
      trimming.delete(site);
    }
  };

  const take = async (site: HubSite, stream: string, records: readonly ReadRecord[]): Promise<number> => {
    let known = site.streams?.get(stream) ?? (await positionOnDisk(tables, site, stream));
    for (let attempt = 0; ; attempt++) {
      const plan = planDelivery(records, known ?? 0);
      if (plan.kind === 'nothing-new') return known ?? 0;
      if (plan.kind === 'gap')
        throw new LinkRefused(
          'Gap',
          `records ${plan.from} to ${plan.to} of ${stream} are missing`,
          'send them, or one of kind "dropped" that says from where on they are gone',
        );
      const fresh = plan.records as readonly ReadRecord[];
      try {
        await tables.write(
          statementsOf({ site, stream, known, acknowledged: plan.acknowledged, fresh, nowMs: parts.clock.now() }),
        );
      } catch (error) {
        // The same records by another way: look again at how far the stream is.
        if (!(error instanceof WorldError) || error.code !== 'Conflict' || attempt >= JOURNAL_ATTEMPTS_MAX) throw error;
        known = await positionOnDisk(tables, site, stream);
        continue;
      }
      site.journalBytes += bytesOf(fresh);
      rememberStream(site, stream, plan.acknowledged);
      parts.taken(site, fresh);
      void trim(site);
      return plan.acknowledged;
    }
  };
  return { take, read: (site, of) => readJournal(tables, site, of) };
}

async function positionOnDisk(tables: Tables, site: HubSite, stream: string): Promise<number | undefined> {
  const [row] = await tables.read<{ acknowledged: number }>(
    'SELECT acknowledged FROM streams WHERE site = ? AND stream = ?',
    [site.ref, stream],
  );
  return row?.acknowledged;
}

const bytesOf = (records: readonly ReadRecord[]): number =>
  records.reduce((sum, { text }) => sum + Buffer.byteLength(text) + JOURNAL_ROW_BYTES, 0);

function statementsOf(of: {
  readonly site: HubSite;
  readonly stream: string;
  readonly known: number | undefined;
  readonly acknowledged: number;
  readonly fresh: readonly ReadRecord[];
  readonly nowMs: number;
}): TableStatement[] {
  const { site, stream, known, acknowledged, fresh, nowMs } = of;
  const move: TableStatement =
    known === undefined
      ? { sql: 'INSERT INTO streams VALUES (?, ?, ?, ?)', values: [site.ref, stream, acknowledged, nowMs] }
      : {
          sql: 'UPDATE streams SET acknowledged = ?, delivered_ms = ? WHERE site = ? AND stream = ? AND acknowledged = ?',
          values: [acknowledged, nowMs, site.ref, stream, known],
          changes: 1,
        };
  return [
    move,
    ...fresh.map(({ sequence, at, kind, text }) => ({
      sql: 'INSERT INTO journal (site, stream, sequence, at, kind, body) VALUES (?, ?, ?, ?, ?, ?)',
      values: [site.ref, stream, sequence, at, kind, text],
    })),
    { sql: 'UPDATE sites SET journal_bytes = journal_bytes + ? WHERE ref = ?', values: [bytesOf(fresh), site.ref] },
  ];
}

interface JournalRow extends Omit<HubJournalRecord, 'body'> {
  readonly body: string;
}

async function readJournal(
  tables: Tables,
  site: HubSite,
  { kind, after, limit }: { readonly kind?: JournalKind; readonly after?: number; readonly limit: number },
): Promise<HubJournalRecord[]> {
  const rowsMax = Math.max(1, Math.min(limit, JOURNAL_ANSWER_ROWS_MAX));
  const values: SqlValue[] = [site.ref, after ?? 0, ...(kind ? [kind] : []), rowsMax];
  const rows = await tables.read<JournalRow>(
    `SELECT id, stream, sequence, at, kind, body FROM journal WHERE site = ? AND id > ?${kind ? ' AND kind = ?' : ''}
     ORDER BY id ${after === undefined ? 'DESC' : 'ASC'} LIMIT ?`,
    values,
  );
  const records = rows.map(({ body, ...row }) => ({ ...row, body: JSON.parse(body) as Record<string, unknown> }));
  return after === undefined ? records.reverse() : records;
}
