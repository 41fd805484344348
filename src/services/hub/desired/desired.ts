// The desired state of every site: which source each has, what is in force, what a site has made of it, and what the operator
// chose where both differ. A source that cannot be read, or does not hold together, leaves the earlier revision in force.
import { messageOf, WorldError } from '#base';
import type { DesiredSource } from '#model/hub';
import type { DesiredReport, DesiredState, ObjectReference } from '#model/link';
import type { Clock, Timer } from '#platform/clock';
import { sha256Of } from '#platform/digest';
import { shownLocation } from '#platform/git';
import type { Log } from '#platform/log';
import type { TableStatement, Tables } from '#platform/sqlite';
import { FOLDER_READ_EVERY_MS, GIT_READ_EVERY_MS } from '../limits.ts';
import type { HubSite } from '../sites/site.ts';
import type { Sites } from '../sites/sites.ts';
import type { ReadManifests } from './manifests.plan.ts';
import { type Content, contentOf, Revisions } from './revisions.ts';
import { checkSource, readSource, sourceKey } from './source.ts';
import type { SourceFile } from './source-file.ts';

/** The facts about all kinds take tens of megabytes: they are loaded when the first source is read. */
async function readManifests(files: readonly SourceFile[]): Promise<ReadManifests> {
  const plan = await import('./manifests.plan.ts');
  return plan.readManifests(files);
}

interface Watched {
  readonly source: DesiredSource;
  readonly sites: Set<HubSite>;
  /** Of the files as they were last read, so that what did not change is not looked at again. */
  filesDigest?: string;
  readAtMs?: number;
  problem?: string;
}

export interface StoredReport {
  readonly report: DesiredReport;
  readonly atMs: number;
}

interface Parts {
  readonly tables: Tables;
  readonly sites: Sites;
  /** Where copies of repositories are kept. */
  readonly copies: string;
  readonly clock: Clock;
  readonly log: Log;
}

export class Desired {
  readonly #parts: Parts;
  readonly #revisions: Revisions;
  readonly #watched = new Map<string, Watched>();
  readonly #ofSite = new Map<HubSite, Watched>();
  readonly #jumping = new Set<HubSite>();
  readonly #timers = new Map<DesiredSource['kind'], Timer>();
  #closed = false;
  /** Whatever changes revisions happens one after the other. */
  #chain: Promise<unknown> = Promise.resolve();

  private constructor(parts: Parts, revisions: Revisions) {
    this.#parts = parts;
    this.#revisions = revisions;
  }

  static async open(parts: Parts): Promise<Desired> {
    const desired = new Desired(parts, await Revisions.open(parts.tables));
    await parts.tables.readEach<{ site: number; source: string }>('SELECT site, source FROM sources', [], (rows) => {
      for (const row of rows) {
        const site = parts.sites.byRef(row.site);
        if (site?.removedMs === undefined && site) desired.#watch(site, JSON.parse(row.source) as DesiredSource);
      }
    });
    return desired;
  }

  /** Reads every source now, and again and again until `close`. */
  start(): void {
    for (const [kind, everyMs] of [
      ['folder', FOLDER_READ_EVERY_MS],
      ['git', GIT_READ_EVERY_MS],
    ] as const) {
      const round = async (): Promise<void> => {
        for (const watched of this.#watched.values())
          if (watched.source.kind === kind && !this.#closed) await this.#readOne(watched);
        if (!this.#closed)
          this.#timers.set(
            kind,
            this.#parts.clock.after(everyMs, () => void round(), { background: true }),
          );
      };
      void round();
    }
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) timer.cancel();
  }

  /** Reads a source and puts it in force, or reads the present one again. Errors: WorldError `Invalid` with what is wrong in it:
   * nothing has changed then; `NotFound` when there is no source; those of reading it. */
  async set(
    site: HubSite,
    source: DesiredSource | undefined,
  ): Promise<{ revision: number; objects: number; changed: boolean }> {
    const present = this.#ofSite.get(site)?.source;
    const next = source ?? present;
    if (!next)
      throw new WorldError('NotFound', `${site.name} has no desired state yet`, {
        cure: 'give it --folder DIR or --git URL',
      });
    checkSource(next);
    const reading = await readSource(next, this.#parts.copies);
    const read = await readManifests(reading.files);
    if (read.kind === 'problem')
      throw new WorldError('Invalid', `nothing was changed: ${read.problem}`, {
        subject: shownLocation(next.location),
      });
    const before = site.desired;
    const content = contentOf(read.content);
    await this.#parts.tables.write([
      { sql: 'INSERT OR REPLACE INTO sources VALUES (?, ?)', values: [site.ref, JSON.stringify(next)] },
    ]);
    const watched = this.#watch(site, next);
    Object.assign(watched, { readAtMs: this.#parts.clock.now(), problem: undefined, filesDigest: undefined });
    await this.#advance([...watched.sites], content, reading.label);
    return { revision: site.desired, objects: content.objects, changed: site.desired !== before };
  }

  /** What the site is to apply, when it has not. */
  async stateAfter(site: HubSite, after: number): Promise<DesiredState | undefined> {
    if (after > site.desired && site.desired > 0) await this.#jump(site, after);
    return site.desired > after ? this.#revisions.newest(site) : undefined;
  }

  /** The site has more than the hub remembers: what the hub has becomes a later revision than that. Never throws. */
  jumpPast(site: HubSite, applied: number): void {
    if (this.#jumping.has(site)) return;
    this.#jumping.add(site);
    this.#jump(site, applied)
      .catch((error) => this.#parts.log.warn('a revision could not be made', { site: site.name, error }))
      .finally(() => this.#jumping.delete(site));
  }

  /** Keeps a report; choices that it shows as carried out are forgotten. */
  async reported(site: HubSite, report: DesiredReport): Promise<void> {
    const { tables, clock } = this.#parts;
    const open = new Set(
      report.objects.filter(({ state }) => state === 'differs' || state === 'drifted').map(({ object }) => object),
    );
    const chosen = await tables.read<{ object: string; revision: number }>(
      "SELECT object, revision FROM resolutions WHERE site = ? AND keep = 'hub'",
      [site.ref],
    );
    const done = chosen.filter(
      ({ object, revision }) => report.complete && report.revision >= revision && !open.has(object),
    );
    await tables.write([
      {
        sql: 'INSERT OR REPLACE INTO reports VALUES (?, ?, ?)',
        values: [site.ref, clock.now(), JSON.stringify(report)],
      },
      ...done.map(({ object }) => ({
        sql: 'DELETE FROM resolutions WHERE site = ? AND object = ?',
        values: [site.ref, object],
      })),
    ]);
  }

  async report(site: HubSite): Promise<StoredReport | undefined> {
    const [row] = await this.#parts.tables.read<{ at_ms: number; body: string }>(
      'SELECT at_ms, body FROM reports WHERE site = ?',
      [site.ref],
    );
    return row && { report: JSON.parse(row.body) as DesiredReport, atMs: row.at_ms };
  }

  /** The operator's choice where both sides differ; the site gets it with the next revision.
   * Errors: WorldError `NotFound` when the site did not say that this object differs. */
  async resolve(site: HubSite, object: ObjectReference, keep: 'hub' | 'local'): Promise<void> {
    const objects = (await this.report(site))?.report.objects ?? [];
    const open = objects.filter(({ state }) => state === 'differs' || state === 'drifted' || state === 'kept-local');
    if (!open.some((one) => one.object === object))
      throw new WorldError('NotFound', `${site.name} has not said that ${object} differs`, {
        cure: `holdfast hub site ${site.name} shows what differs`,
      });
    const choose = (revision: number): TableStatement[] => [
      { sql: 'INSERT OR REPLACE INTO resolutions VALUES (?, ?, ?, ?)', values: [site.ref, object, keep, revision] },
    ];
    await this.#inOrder(() => this.#revisions.repeat(site, this.#parts.clock.now(), choose));
  }

  async details(site: HubSite) {
    const watched = this.#ofSite.get(site);
    return {
      source: watched ? { ...watched.source, location: shownLocation(watched.source.location) } : null,
      objects: await this.#revisions.objects(site),
      readAtMs: watched?.readAtMs,
      problem: watched?.problem ?? null,
      resolutions: await this.#revisions.resolutions(site),
    };
  }

  /** A site that was removed needs nothing read for it. */
  async forget(site: HubSite): Promise<void> {
    await this.#parts.tables.write([{ sql: 'DELETE FROM sources WHERE site = ?', values: [site.ref] }]);
    this.#unwatch(site);
  }

  #jump(site: HubSite, applied: number): Promise<number> {
    return this.#inOrder(() => {
      site.applied = Math.max(site.applied, applied);
      return site.desired > applied
        ? Promise.resolve(site.desired)
        : this.#revisions.repeat(site, this.#parts.clock.now());
    });
  }

  async #readOne(watched: Watched): Promise<void> {
    const { clock, log, copies } = this.#parts;
    const tell = (problem: string | undefined): void => {
      watched.readAtMs = clock.now();
      if (problem !== undefined && problem !== watched.problem)
        log.warn('a desired state cannot be taken; the earlier one stays in force', {
          source: shownLocation(watched.source.location),
          problem,
        });
      watched.problem = problem;
    };
    try {
      const { files, label } = await readSource(watched.source, copies);
      const filesDigest = sha256Of(JSON.stringify(files));
      if (filesDigest === watched.filesDigest) return tell(watched.problem);
      const read = await readManifests(files);
      watched.filesDigest = filesDigest;
      if (read.kind === 'problem') return tell(read.problem);
      await this.#advance([...watched.sites], contentOf(read.content), label);
      tell(undefined);
    } catch (error) {
      watched.filesDigest = undefined;
      tell(messageOf(error));
    }
  }

  /** Gives the content to those of the sites that do not have it as their newest. */
  #advance(sites: readonly HubSite[], content: Content, source: string): Promise<void> {
    return this.#inOrder(() => {
      const behind = sites.filter((site) => this.#revisions.digestOf(site) !== content.digest);
      return behind.length === 0
        ? Promise.resolve()
        : this.#revisions.advance(behind, content, { source, nowMs: this.#parts.clock.now() });
    });
  }

  #inOrder<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#chain.then(act);
    // Whoever waits is told of a failure; the next in turn is not.
    this.#chain = turn.catch(() => undefined);
    return turn;
  }

  #watch(site: HubSite, source: DesiredSource): Watched {
    this.#unwatch(site);
    const key = sourceKey(source);
    const watched = this.#watched.get(key) ?? { source, sites: new Set() };
    this.#watched.set(key, watched);
    watched.sites.add(site);
    this.#ofSite.set(site, watched);
    return watched;
  }

  #unwatch(site: HubSite): void {
    const watched = this.#ofSite.get(site);
    this.#ofSite.delete(site);
    watched?.sites.delete(site);
    if (watched?.sites.size === 0) this.#watched.delete(sourceKey(watched.source));
  }
}
