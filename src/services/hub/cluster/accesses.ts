// Who may reach which site through the hub: one entry for each kubeconfig that was made, by the serial number of its
// certificate. A certificate without an entry opens nothing; a revoked one closes at once whatever it has open, one that ends
// within half a minute.
import type { HubUserAccess } from '#model/hub';
import { kubeconfigText } from '#model/site';
import { type Clock, rfc3339, type Timer } from '#platform/clock';
import type { Tables } from '#platform/sqlite';
import { newKeyPem, readCertificate } from '#platform/x509';
import type { HubPki } from '../pki.ts';
import type { HubSite } from '../sites/site.ts';

interface Access {
  readonly user: string;
  readonly site: number;
  readonly endsMs: number;
  revoked: boolean;
}

interface Parts {
  readonly tables: Tables;
  readonly pki: HubPki;
  readonly clock: Clock;
}

export class Accesses {
  readonly #parts: Parts;
  readonly #bySerial = new Map<string, Access>();
  /** What a certificate has open, to be cut when it is revoked. */
  readonly #open = new Map<string, Set<() => void>>();

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  static async open(parts: Parts): Promise<Accesses> {
    const accesses = new Accesses(parts);
    await parts.tables.write([
      { sql: 'DELETE FROM accesses WHERE ends_ms < ?', values: [parts.clock.now() - KEPT_AFTER_END_MS] },
    ]);
    await parts.tables.readEach<{
      serial: string;
      user: string;
      site: number;
      ends_ms: number;
      revoked_ms: number | null;
    }>('SELECT * FROM accesses', [], (rows) => {
      for (const { serial, user, site, ends_ms: endsMs, revoked_ms: revokedMs } of rows)
        accesses.#bySerial.set(serial, { user, site, endsMs, revoked: revokedMs !== null });
    });
    return accesses;
  }

  /** A kubeconfig with a key of its own; the hub does not keep the key. */
  async grant(of: {
    readonly user: string;
    readonly site: HubSite;
    readonly url: string;
    readonly endMs: number;
  }): Promise<{ text: string; endMs: number }> {
    const { tables, pki } = this.#parts;
    const { user, site, url } = of;
    const keyPem = newKeyPem();
    const { certPem, endMs } = await pki.issueUser({ user, keyPem, endMs: of.endMs });
    const serial = readCertificate(certPem).serialNumber;
    await tables.write([
      { sql: 'INSERT INTO accesses VALUES (?, ?, ?, ?, NULL)', values: [serial, user, site.ref, endMs] },
    ]);
    this.#bySerial.set(serial, { user, site: site.ref, endsMs: endMs, revoked: false });
    const server = `${url}/sites/${site.name}`;
    return { text: kubeconfigText({ server, user, caPem: pki.serverAnchorPem, certPem, keyPem }), endMs };
  }

  mayReach(serial: string, site: HubSite): boolean {
    const access = this.#bySerial.get(serial);
    return access !== undefined && !access.revoked && access.site === site.ref;
  }

  /** Revokes what a user has, what leads to a site, or what is both; answers how many kubeconfigs that were. */
  async revoke(of: { readonly user?: string; readonly site?: HubSite }): Promise<number> {
    const { user, site } = of;
    const hit = [...this.#bySerial].filter(
      ([, access]) =>
        !access.revoked &&
        (user === undefined || access.user === user) &&
        (site === undefined || access.site === site.ref),
    );
    const now = this.#parts.clock.now();
    await this.#parts.tables.write(
      hit.map(([serial]) => ({ sql: 'UPDATE accesses SET revoked_ms = ? WHERE serial = ?', values: [now, serial] })),
    );
    for (const [serial, access] of hit) {
      access.revoked = true;
      for (const cut of this.#open.get(serial) ?? []) cut();
    }
    return hit.length;
  }

  /** Remembers something open until it is closed. It is cut when the certificate is revoked, and when it ends. */
  track(serial: string, cut: () => void): { closed(): void } {
    const { clock } = this.#parts;
    const endsMs = this.#bySerial.get(serial)?.endsMs ?? 0;
    let timer: Timer | undefined;
    const untilEnd = (): void => {
      const leftMs = endsMs - clock.now();
      if (leftMs <= 0) cut();
      else timer = clock.after(Math.min(leftMs, LOOK_AGAIN_MS), untilEnd, { background: true });
    };
    untilEnd();
    const open = this.#open.get(serial) ?? new Set();
    this.#open.set(serial, open);
    open.add(cut);
    return {
      closed: () => {
        timer?.cancel();
        open.delete(cut);
        if (open.size === 0 && this.#open.get(serial) === open) this.#open.delete(serial);
      },
    };
  }

  list(nameOf: (ref: number) => string): HubUserAccess[] {
    return [...this.#bySerial.values()]
      .map(({ user, site, endsMs, revoked }) => ({ user, site: nameOf(site), endsAt: rfc3339(endsMs), revoked }))
      .sort((a, b) => (`${a.user} ${a.site} ${a.endsAt}` < `${b.user} ${b.site} ${b.endsAt}` ? -1 : 1));
  }
}

const KEPT_AFTER_END_MS = 30 * 86_400_000;
/** A clock may jump: the end of a certificate is looked at this often. */
const LOOK_AGAIN_MS = 30_000;
