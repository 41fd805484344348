// What an operator can ask of a running hub.
import { WorldError } from '#base';
import {
  type DesiredSource,
  type HubFile,
  type HubJournalRecord,
  type HubSiteDetails,
  type HubTokenAnswer,
  type HubUserAccess,
  hubSiteStatus,
  hubUrl,
  type ListedHubSite,
} from '#model/hub';
import type { JournalKind, ObjectReference } from '#model/link';
import { siteNameProblem } from '#model/site';
import { rfc3339 } from '#platform/clock';
import { randomText } from '#platform/digest';
import { makeToken } from './identity/tokens.ts';
import { LOG_REQUEST_MS_MAX, LOG_REQUESTS_MAX, SITES_ANSWER_ROWS, TOKEN_HOURS_MAX, USER_DAYS_MAX } from './limits.ts';
import type { HubParts } from './parts.ts';
import { type HubSite, heartbeatOf } from './sites/site.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export class HubOperator {
  readonly #parts: HubParts;

  constructor(parts: HubParts) {
    this.#parts = parts;
  }

  get hub(): HubFile {
    return this.#parts.hub;
  }

  counts(): { sites: Record<string, number>; tunnels: number } {
    const { sites, tunnels, clock } = this.#parts;
    const now = clock.now();
    const counts: Record<string, number> = {};
    for (const site of sites.all()) {
      const status = hubSiteStatus(site, now);
      counts[status] = (counts[status] ?? 0) + 1;
    }
    return { sites: counts, tunnels: tunnels.size };
  }

  /** Errors: WorldError `Invalid`. */
  async token(of: { readonly site?: string; readonly hours: number }): Promise<HubTokenAnswer> {
    const { tables, pki, clock, hub } = this.#parts;
    between(of.hours, TOKEN_HOURS_MAX, 'a token is good for 1 to %n hours');
    const problem = of.site === undefined ? undefined : siteNameProblem(of.site);
    if (problem !== undefined) throw new WorldError('Invalid', `the name of the site ${problem}`);
    const { text, endsMs } = await makeToken({
      tables,
      hubCaSha256: pki.serverAnchorSha256,
      siteName: of.site,
      nowMs: clock.now(),
      lifeMs: of.hours * HOUR_MS,
    });
    return { url: hubUrl(hub), token: text, expiresAt: rfc3339(endsMs) };
  }

  /** All sites by name, in pieces. */
  *sites(): Iterable<ListedHubSite[]> {
    const all = [...this.#parts.sites.all()].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (let at = 0; at < all.length; at += SITES_ANSWER_ROWS)
      yield all.slice(at, at + SITES_ANSWER_ROWS).map((site) => this.#listed(site));
  }

  async site(nameOrId: string): Promise<HubSiteDetails> {
    const { sites, desired, tunnels } = this.#parts;
    const site = sites.find(nameOrId);
    const { source, objects, readAtMs, problem, resolutions } = await desired.details(site);
    const stored = await desired.report(site);
    return {
      ...this.#listed(site),
      id: site.id,
      createdAt: rfc3339(site.createdMs),
      identityEndsAt: rfc3339(site.identityEndMs),
      cluster: tunnels.of(site) ? 'reachable' : 'away',
      heartbeat: heartbeatOf(site) ?? null,
      desired: { source, objects, readAt: readAtMs === undefined ? null : rfc3339(readAtMs), problem },
      report: stored ? { ...reportShown(stored.report), at: rfc3339(stored.atMs) } : null,
      resolutions,
      journal: {
        bytes: site.journalBytes,
        dropped: site.journalDropped,
        streams: Object.fromEntries(site.streams ?? []),
      },
      requests: site.requests.map(({ id, kind, askedMs }) => ({ id, kind, askedAt: rfc3339(askedMs) })),
    };
  }

  /** Errors: WorldError `NotFound`; `Conflict` when the site does not wait. */
  async approve(nameOrId: string): Promise<void> {
    const { sites, clock, log } = this.#parts;
    const site = sites.find(nameOrId);
    if (!site.waiting)
      throw new WorldError('Conflict', `${site.name} does not wait for an approval`, {
        cure: 'a site asks for one by itself once its identity has ended; `holdfast hub sites` shows who waits',
      });
    await sites.change(site, { waiting: { ...site.waiting, approvedMs: clock.now() } });
    log.info('the return of a site was approved', { site: site.name });
  }

  /** The site's identity is not believed any more; its name is free, and every way to it is closed. Its journal and desired states stay, for when it comes back. */
  async remove(nameOrId: string): Promise<void> {
    const { sites, desired, tunnels, accesses, clock, log } = this.#parts;
    const site = sites.find(nameOrId);
    await sites.change(site, { removedMs: clock.now(), waiting: undefined });
    tunnels.close(site);
    await accesses.revoke({ site });
    await desired.forget(site);
    log.info('a site was removed', { site: site.name, id: site.id });
  }

  desired(nameOrId: string, source: DesiredSource | undefined) {
    return this.#parts.desired.set(this.#parts.sites.find(nameOrId), source);
  }

  resolve(nameOrId: string, object: ObjectReference, keep: 'hub' | 'local'): Promise<void> {
    return this.#parts.desired.resolve(this.#parts.sites.find(nameOrId), object, keep);
  }

  journal(
    nameOrId: string,
    of: { readonly kind?: JournalKind; readonly after?: number; readonly limit: number },
  ): Promise<HubJournalRecord[]> {
    return this.#parts.journal.read(this.#parts.sites.find(nameOrId), of);
  }

  /** Errors: WorldError `Invalid`. */
  async kubeconfig(nameOrId: string, user: string, days: number): Promise<{ text: string; expiresAt: string }> {
    const { sites, accesses, clock, hub, log } = this.#parts;
    const site = sites.find(nameOrId);
    between(days, USER_DAYS_MAX, 'a kubeconfig is good for 1 to %n days');
    if (!/^[a-z0-9]([-a-z0-9.@_]{0,61}[a-z0-9])?$/.test(user))
      throw new WorldError(
        'Invalid',
        'a user is 1 to 63 lower-case letters, digits, "-", ".", "_" and "@", with a letter or digit at both ends',
      );
    const { text, endMs } = await accesses.grant({ user, site, url: hubUrl(hub), endMs: clock.now() + days * DAY_MS });
    log.info('a kubeconfig was made', { user, site: site.name });
    return { text, expiresAt: rfc3339(endMs) };
  }

  users(): HubUserAccess[] {
    return this.#parts.accesses.list((ref) => this.#parts.sites.byRef(ref)?.name ?? '');
  }

  /** Errors: WorldError `NotFound` when there is nothing to revoke. */
  async revoke(user: string, nameOrId: string | undefined): Promise<number> {
    const { sites, accesses, log } = this.#parts;
    const count = await accesses.revoke({
      user,
      site: nameOrId === undefined ? undefined : sites.find(nameOrId),
    });
    if (count === 0)
      throw new WorldError('NotFound', `${user} has no kubeconfig that could be revoked`, {
        cure: 'holdfast hub users shows those there are',
      });
    log.info('kubeconfigs were revoked', { user, count });
    return count;
  }

  /** Asks the site for a log of itself; it answers in its journal. Errors: WorldError `Conflict` when much is asked already. */
  async requestLog(nameOrId: string): Promise<string> {
    const { sites, tables, clock } = this.#parts;
    const site = sites.find(nameOrId);
    const now = clock.now();
    const open = site.requests.filter(({ askedMs }) => now - askedMs < LOG_REQUEST_MS_MAX);
    if (open.length >= LOG_REQUESTS_MAX)
      throw new WorldError('Conflict', `${site.name} was asked ${open.length} times already and has not answered`);
    const request = { id: randomText(9), kind: 'support-log' as const, askedMs: now };
    await tables.write([
      { sql: 'DELETE FROM requests WHERE site = ? AND asked_ms <= ?', values: [site.ref, now - LOG_REQUEST_MS_MAX] },
      { sql: 'INSERT INTO requests VALUES (?, ?, ?, ?)', values: [request.id, site.ref, request.kind, now] },
    ]);
    site.requests = [...open, request];
    return request.id;
  }

  #listed(site: HubSite): ListedHubSite {
    const now = this.#parts.clock.now();
    return {
      name: site.name,
      status: hubSiteStatus(site, now),
      lastContact: site.contactMs === 0 ? null : rfc3339(site.contactMs),
      version: heartbeatOf(site)?.version ?? '',
      desiredRevision: site.desired,
      appliedRevision: site.applied,
      ...(site.waiting && site.waiting.approvedMs === undefined && { waitsForApproval: true as const }),
    };
  }
}

function between(value: number, max: number, message: string): void {
  if (!Number.isInteger(value) || value < 1 || value > max)
    throw new WorldError('Invalid', message.replace('%n', String(max)));
}

function reportShown<R extends { readonly protocol: number }>({ protocol: _, ...report }: R): Omit<R, 'protocol'> {
  return report;
}
