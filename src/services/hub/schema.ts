// The tables of a hub. A version is only ever added to; times are milliseconds since 1970.

export const HUB_MIGRATIONS: readonly string[] = [
  `CREATE TABLE sites (
     ref INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, key TEXT NOT NULL, created_ms INTEGER NOT NULL,
     identity_end_ms INTEGER NOT NULL, identities_from_ms INTEGER NOT NULL, removed_ms INTEGER,
     contact_ms INTEGER NOT NULL DEFAULT 0, heartbeat TEXT, waiting TEXT,
     journal_bytes INTEGER NOT NULL DEFAULT 0, journal_dropped INTEGER NOT NULL DEFAULT 0
   ) STRICT;
   CREATE UNIQUE INDEX sites_by_name ON sites (name) WHERE removed_ms IS NULL;
   CREATE INDEX sites_by_key ON sites (key);
   CREATE TABLE tokens (
     hash TEXT PRIMARY KEY, site_name TEXT, ends_ms INTEGER NOT NULL, used_ms INTEGER, used_by TEXT
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE streams (
     site INTEGER NOT NULL, stream TEXT NOT NULL, acknowledged INTEGER NOT NULL, delivered_ms INTEGER NOT NULL,
     PRIMARY KEY (site, stream)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE journal (
     id INTEGER PRIMARY KEY AUTOINCREMENT, site INTEGER NOT NULL, stream TEXT NOT NULL, sequence INTEGER NOT NULL,
     at TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL
   ) STRICT;
   CREATE INDEX journal_by_site ON journal (site, id);
   CREATE TABLE contents (digest TEXT PRIMARY KEY, objects INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
   CREATE TABLE desired (
     site INTEGER NOT NULL, revision INTEGER NOT NULL, digest TEXT NOT NULL, source TEXT NOT NULL, created_ms INTEGER NOT NULL,
     PRIMARY KEY (site, revision)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE sources (site INTEGER PRIMARY KEY, source TEXT NOT NULL) STRICT;
   CREATE TABLE reports (site INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
   CREATE TABLE resolutions (
     site INTEGER NOT NULL, object TEXT NOT NULL, keep TEXT NOT NULL, revision INTEGER NOT NULL,
     PRIMARY KEY (site, object)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE accesses (
     serial TEXT PRIMARY KEY, user TEXT NOT NULL, site INTEGER NOT NULL, ends_ms INTEGER NOT NULL, revoked_ms INTEGER
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE requests (id TEXT PRIMARY KEY, site INTEGER NOT NULL, kind TEXT NOT NULL, asked_ms INTEGER NOT NULL) STRICT;`,
];
