// All sites of a hub: read once at the start, found by id and by name, changed on disk before they are changed here.
// Contacts are the exception: they are kept here and written every five minutes, because what a crash loses of them comes again with
// the next heartbeat, and the status is worked out anew each time it is asked for.
import { WorldError } from '#base';
import type { Clock, Timer } from '#platform/clock';
import type { Log } from '#platform/log';
import type { SqlValue, TableStatement, Tables } from '#platform/sqlite';
import {
  CONTACT_COMMIT_SITES_MAX,
  CONTACT_MISSING_MS,
  CONTACT_MISSING_WRITTEN_MS,
  CONTACT_WRITTEN_EVERY_MS,
} from '../limits.ts';
import { loadSites } from './load.ts';
import type { Heartbeat, HubSite, Waiting } from './site.ts';

interface Newcomer {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly identityEndMs: number;
}

/** Columns that are changed one by one. */
interface SiteChange {
  readonly name?: string;
  readonly key?: string;
  readonly identityEndMs?: number;
  readonly identitiesFromMs?: number;
  readonly removedMs?: number | undefined;
  readonly waiting?: Waiting | undefined;
}

const COLUMNS: Readonly<Record<keyof SiteChange, string>> = {
  name: 'name',
  key: 'key',
  identityEndMs: 'identity_end_ms',
  identitiesFromMs: 'identities_from_ms',
  removedMs: 'removed_ms',
  waiting: 'waiting',
};

export class Sites {
  readonly #tables: Tables;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #byId = new Map<string, HubSite>();
  readonly #byName = new Map<string, HubSite>();
  readonly #byRef = new Map<number, HubSite>();
  #nextRef = 1;
  readonly #missing = new Set<HubSite>();
  #round: Timer | undefined;
  #soon: Timer | undefined;
  #flushing: Promise<void> = Promise.resolve();

  private constructor(of: { tables: Tables; clock: Clock; log: Log }) {
    this.#tables = of.tables;
    this.#clock = of.clock;
    this.#log = of.log;
  }

  static async open(of: { tables: Tables; clock: Clock; log: Log }): Promise<Sites> {
    const sites = new Sites(of);
    await loadSites(of.tables, (site) => sites.#keep(site));
    return sites;
  }

  /** Every site that was not removed. */
  *all(): Iterable<HubSite> {
    yield* this.#byName.values();
  }

  /** Also one that was removed. */
  byId(id: string): HubSite | undefined {
    return this.#byId.get(id);
  }

  byName(name: string): HubSite | undefined {
    return this.#byName.get(name);
  }

  byRef(ref: number): HubSite | undefined {
    return this.#byRef.get(ref);
  }

  /** By name or id. Errors: WorldError `NotFound`. */
  find(nameOrId: string): HubSite {
    const byId = this.#byId.get(nameOrId);
    const site = this.#byName.get(nameOrId) ?? (byId?.removedMs === undefined ? byId : undefined);
    if (site) return site;
    throw new WorldError('NotFound', `the hub knows no site ${nameOrId}`, {
      cure: 'holdfast hub sites shows those it knows',
    });
  }

  /** Which site asked with this key last; undefined for none. */
  async idOfKey(key: string): Promise<string | undefined> {
    const [row] = await this.#tables.read<{ id: string }>('SELECT id FROM sites WHERE key = ?', [key]);
    return row?.id;
  }

  /** Takes a site in, with whatever else belongs to the same transaction. Errors: WorldError `Conflict`: name or id are taken,
   * or what else belongs to it did not hold. */
  async add(newcomer: Newcomer, alongside: readonly TableStatement[] = []): Promise<HubSite> {
    const { id, name, key, identityEndMs } = newcomer;
    const ref = this.#nextRef++;
    const createdMs = this.#clock.now();
    await this.#tables.write([
      ...alongside,
      {
        sql: 'INSERT INTO sites (ref, id, name, key, created_ms, identity_end_ms, identities_from_ms) VALUES (?, ?, ?, ?, ?, ?, 0)',
        values: [ref, id, name, key, createdMs, identityEndMs],
      },
    ]);
    const site: HubSite = {
      ref,
      id,
      name,
      key,
      createdMs,
      identityEndMs,
      identitiesFromMs: 0,
      removedMs: undefined,
      contactMs: 0,
      isWritten: true,
      writtenMs: 0,
      heartbeat: undefined,
      waiting: undefined,
      desired: 0,
      applied: 0,
      journalBytes: 0,
      journalDropped: 0,
      streams: undefined,
      requests: [],
    };
    this.#keep(site);
    return site;
  }

  async change(site: HubSite, change: SiteChange, alongside: readonly TableStatement[] = []): Promise<void> {
    const names = Object.keys(change) as (keyof SiteChange)[];
    const columnOf = (name: keyof SiteChange): SqlValue => {
      const value = change[name];
      return value === undefined ? null : typeof value === 'object' ? JSON.stringify(value) : value;
    };
    await this.#tables.write([
      ...alongside,
      {
        sql: `UPDATE sites SET ${names.map((name) => `${COLUMNS[name]} = ?`).join(', ')} WHERE ref = ?`,
        values: [...names.map(columnOf), site.ref],
        changes: 1,
      },
    ]);
    if (this.#byName.get(site.name) === site) this.#byName.delete(site.name);
    Object.assign(site, change);
    if (site.removedMs === undefined) this.#byName.set(site.name, site);
  }

  /** A heartbeat: kept at once, written later. */
  contact(site: HubSite, heartbeat: Heartbeat): void {
    const text = JSON.stringify(heartbeat);
    // Equal texts are kept once.
    if (text !== site.heartbeat) site.heartbeat = text;
    const now = this.#clock.now();
    site.contactMs = now;
    site.applied = heartbeat.applied;
    site.isWritten = false;
    const inBackground = { background: true };
    const age = now - site.writtenMs;
    if (age >= 0 && age < CONTACT_MISSING_MS) {
      this.#round ??= this.#clock.after(CONTACT_WRITTEN_EVERY_MS, () => void this.flush(), inBackground);
      return;
    }
    this.#missing.add(site);
    this.#soon ??= this.#clock.after(CONTACT_MISSING_WRITTEN_MS, () => this.#flushMissing(), inBackground);
  }

  /** Writes what heartbeats have changed. Never throws: what is not written is kept for the next time. */
  flush(): Promise<void> {
    for (const timer of [this.#round, this.#soon]) timer?.cancel();
    this.#round = undefined;
    this.#soon = undefined;
    this.#missing.clear();
    return this.#writeAll(() => this.#byRef.values());
  }

  #flushMissing(): void {
    const missing = [...this.#missing];
    this.#missing.clear();
    this.#soon = undefined;
    void this.#writeAll(() => missing.values());
  }

  /** In the order of the file where `sites` are, so that each of its pages is written once. */
  #writeAll(sites: () => IteratorObject<HubSite>): Promise<void> {
    this.#flushing = this.#flushing.then(async () => {
      const changed = sites()
        .filter((site) => !site.isWritten)
        .toArray();
      for (let at = 0; at < changed.length; at += CONTACT_COMMIT_SITES_MAX)
        await this.#writeSome(changed.slice(at, at + CONTACT_COMMIT_SITES_MAX));
    });
    return this.#flushing;
  }

  async #writeSome(sites: readonly HubSite[]): Promise<void> {
    const statements = sites.map((site) => ({
      sql: 'UPDATE sites SET contact_ms = ?, heartbeat = ? WHERE ref = ?',
      values: [site.contactMs, site.heartbeat ?? null, site.ref],
    }));
    // What comes meanwhile takes this back.
    for (const site of sites) Object.assign(site, { isWritten: true, writtenMs: site.contactMs });
    try {
      await this.#tables.write(statements);
    } catch (error) {
      this.#log.warn('contacts of sites could not be written', { sites: sites.length, error });
      // The next beat of each has it written again soon.
      for (const site of sites) Object.assign(site, { isWritten: false, writtenMs: 0 });
    }
  }

  #keep(site: HubSite): void {
    this.#byId.set(site.id, site);
    this.#byRef.set(site.ref, site);
    if (site.removedMs === undefined) this.#byName.set(site.name, site);
    this.#nextRef = Math.max(this.#nextRef, site.ref + 1);
  }
}
