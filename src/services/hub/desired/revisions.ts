// The desired states of all sites as the tables hold them: contents by digest, because many sites want the same, and for each
// site its newest revisions. A revision is on disk before any site hears of it.
import type { DesiredState, Resolution } from '#model/link';
import { sha256Of } from '#platform/digest';
import type { TableStatement, Tables } from '#platform/sqlite';
import { DESIRED_WRITE_SITES, REVISIONS_KEPT } from '../limits.ts';
import type { HubSite } from '../sites/site.ts';
import type { DesiredContent } from './manifests.plan.ts';

export interface Content {
  readonly digest: string;
  readonly objects: number;
  readonly text: string;
}

export function contentOf(content: DesiredContent): Content {
  const text = JSON.stringify(content);
  return { digest: sha256Of(text), objects: content.manifests.length, text };
}

/** A revision goes beyond everything that the hub has given and the site has applied. */
const nextRevision = (site: HubSite): number => Math.max(site.desired, site.applied) + 1;

export class Revisions {
  readonly #tables: Tables;
  /** Digest of the newest revision, by number of the site. */
  readonly #digests = new Map<number, string>();

  private constructor(tables: Tables) {
    this.#tables = tables;
  }

  static async open(tables: Tables): Promise<Revisions> {
    const revisions = new Revisions(tables);
    const texts = new Map<string, string>();
    await tables.readEach<{ site: number; digest: string }>(
      // With max(), the other columns are those of the row that has it.
      'SELECT site, digest, max(revision) FROM desired GROUP BY site',
      [],
      (rows) => {
        for (const { site, digest } of rows) {
          if (!texts.has(digest)) texts.set(digest, digest);
          revisions.#digests.set(site, texts.get(digest) ?? digest);
        }
      },
    );
    return revisions;
  }

  digestOf(site: HubSite): string | undefined {
    return this.#digests.get(site.ref);
  }

  /** Gives these sites a content as their next revision. */
  async advance(
    sites: readonly HubSite[],
    content: Content,
    of: { readonly source: string; readonly nowMs: number },
  ): Promise<void> {
    for (let at = 0; at < sites.length; at += DESIRED_WRITE_SITES) {
      const part = sites.slice(at, at + DESIRED_WRITE_SITES).map((site) => ({ site, revision: nextRevision(site) }));
      await this.#tables.write([
        {
          sql: 'INSERT OR IGNORE INTO contents VALUES (?, ?, ?)',
          values: [content.digest, content.objects, content.text],
        },
        ...part.flatMap(({ site, revision }) => revisionStatements(site, revision, { digest: content.digest, ...of })),
      ]);
      for (const { site, revision } of part) {
        site.desired = Math.max(site.desired, revision);
        this.#digests.set(site.ref, content.digest);
      }
    }
    await this.#tables.write([{ sql: 'DELETE FROM contents WHERE digest NOT IN (SELECT digest FROM desired)' }]);
  }

  /** The same content as the next revision, with whatever else changed with it. */
  async repeat(
    site: HubSite,
    nowMs: number,
    alongside: (revision: number) => readonly TableStatement[] = () => [],
  ): Promise<number> {
    const revision = nextRevision(site);
    const [row] = await this.#tables.read<{ digest: string; source: string }>(
      'SELECT digest, source FROM desired WHERE site = ? ORDER BY revision DESC LIMIT 1',
      [site.ref],
    );
    if (!row) return site.desired;
    await this.#tables.write([...revisionStatements(site, revision, { ...row, nowMs }), ...alongside(revision)]);
    site.desired = Math.max(site.desired, revision);
    return revision;
  }

  /** The newest; undefined when there is none. */
  async newest(site: HubSite): Promise<DesiredState | undefined> {
    const [row] = await this.#tables.read<{ revision: number; source: string; body: string }>(
      `SELECT revision, source, body FROM desired JOIN contents USING (digest)
       WHERE site = ? ORDER BY revision DESC LIMIT 1`,
      [site.ref],
    );
    if (!row) return undefined;
    const { manifests, settings } = JSON.parse(row.body) as DesiredContent;
    return {
      revision: row.revision,
      source: row.source,
      manifests,
      settings,
      resolutions: await this.resolutions(site),
    };
  }

  async objects(site: HubSite): Promise<number> {
    const [row] = await this.#tables.read<{ objects: number }>(
      'SELECT objects FROM desired JOIN contents USING (digest) WHERE site = ? ORDER BY revision DESC LIMIT 1',
      [site.ref],
    );
    return row?.objects ?? 0;
  }

  async resolutions(site: HubSite): Promise<Resolution[]> {
    const rows = await this.#tables.read<Required<Resolution>>(
      'SELECT object, keep, revision FROM resolutions WHERE site = ? ORDER BY object',
      [site.ref],
    );
    return rows.map(({ object, keep, revision }) => ({ object, keep, revision }));
  }
}

function revisionStatements(
  site: HubSite,
  revision: number,
  of: { readonly digest: string; readonly source: string; readonly nowMs: number },
): TableStatement[] {
  return [
    { sql: 'INSERT INTO desired VALUES (?, ?, ?, ?, ?)', values: [site.ref, revision, of.digest, of.source, of.nowMs] },
    {
      sql: `DELETE FROM desired WHERE site = ? AND revision NOT IN
              (SELECT revision FROM desired WHERE site = ? ORDER BY revision DESC LIMIT ${REVISIONS_KEPT})`,
      values: [site.ref, site.ref],
    },
  ];
}
