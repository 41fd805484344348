// Reads all sites from the tables, with what stands in other tables about them and is needed in memory.
import type { Tables } from '#platform/sqlite';
import { STREAMS_TOLD_MAX } from '../limits.ts';
import { type HubSite, heartbeatOf, type LogRequest, type Waiting } from './site.ts';

interface SiteRow {
  readonly ref: number;
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly created_ms: number;
  readonly identity_end_ms: number;
  readonly identities_from_ms: number;
  readonly removed_ms: number | null;
  readonly contact_ms: number;
  readonly heartbeat: string | null;
  readonly waiting: string | null;
  readonly journal_bytes: number;
  readonly journal_dropped: number;
}

function siteOf(row: SiteRow): HubSite {
  const site: HubSite = {
    ref: row.ref,
    id: row.id,
    name: row.name,
    key: row.key,
    createdMs: row.created_ms,
    identityEndMs: row.identity_end_ms,
    identitiesFromMs: row.identities_from_ms,
    removedMs: row.removed_ms ?? undefined,
    contactMs: row.contact_ms,
    isWritten: true,
    writtenMs: row.contact_ms,
    heartbeat: row.heartbeat ?? undefined,
    waiting: row.waiting === null ? undefined : (JSON.parse(row.waiting) as Waiting),
    desired: 0,
    applied: 0,
    journalBytes: row.journal_bytes,
    journalDropped: row.journal_dropped,
    streams: undefined,
    requests: [],
  };
  site.applied = heartbeatOf(site)?.applied ?? 0;
  return site;
}

export async function loadSites(tables: Tables, keep: (site: HubSite) => void): Promise<void> {
  const byRef = new Map<number, HubSite>();
  // Equal texts are kept once.
  const texts = new Map<string, string>();
  await tables.readEach<SiteRow>('SELECT * FROM sites', [], (rows) => {
    for (const row of rows) {
      const site = siteOf(row);
      if (site.heartbeat !== undefined) {
        const known = texts.get(site.heartbeat);
        if (known === undefined) texts.set(site.heartbeat, site.heartbeat);
        else site.heartbeat = known;
      }
      byRef.set(site.ref, site);
    }
  });
  await tables.readEach<{ site: number; revision: number }>(
    'SELECT site, max(revision) AS revision FROM desired GROUP BY site',
    [],
    (rows) => {
      for (const { site, revision } of rows) Object.assign(byRef.get(site) ?? {}, { desired: revision });
    },
  );
  await tables.readEach<{ site: number; stream: string; acknowledged: number }>(
    'SELECT site, stream, acknowledged FROM streams ORDER BY site, delivered_ms',
    [],
    (rows) => {
      for (const { site, stream, acknowledged } of rows) rememberStream(byRef.get(site), stream, acknowledged);
    },
  );
  await tables.readEach<{ id: string; site: number; kind: LogRequest['kind']; asked_ms: number }>(
    'SELECT * FROM requests ORDER BY asked_ms',
    [],
    (rows) => {
      for (const { id, site: ref, kind, asked_ms: askedMs } of rows) {
        const site = byRef.get(ref);
        if (site) site.requests = [...site.requests, { id, kind, askedMs }];
      }
    },
  );
  for (const site of byRef.values()) keep(site);
}

/** Puts a stream last, and forgets the one that was delivered longest ago when there are many. */
export function rememberStream(site: HubSite | undefined, stream: string, acknowledged: number): void {
  if (!site) return;
  site.streams ??= new Map();
  site.streams.delete(stream);
  site.streams.set(stream, acknowledged);
  const [oldest] = site.streams.keys();
  if (site.streams.size > STREAMS_TOLD_MAX && oldest !== undefined) site.streams.delete(oldest);
}
