// The hub of one simulated site: what it keeps, its own clock, crashes, and backups that it is restored from. Who gets an identity,
// what is taken of a delivery and how the site stands is decided by the product.
import { IDENTITY_LIFE_MS, type JournalRecord } from '#model/link';
import { CONTACT_WRITTEN_EVERY_MS } from '../../src/services/hub/limits.ts';
import type { Waiting } from '../../src/services/hub/sites/site.ts';
import { SECOND_MS, type Shared } from './world.ts';

export interface Identity {
  readonly key: string;
  readonly endsMs: number;
}

interface Row {
  readonly endMs: number;
  readonly contactMs: number;
  readonly waiting: Waiting | undefined;
}

interface Kept {
  readonly site: Row | undefined;
  readonly records: readonly JournalRecord[];
  readonly acknowledged: number;
}

export class Hub {
  readonly #shared: Shared;
  isUp = true;
  clockErrorMs = 0;
  #site: Row | undefined;
  #records: JournalRecord[] = [];
  #acknowledged = 0;
  #backup: Kept | undefined;
  /** The next answer is lost with the process, before or after the commit. */
  crashesIn: 'nothing' | 'before-commit' | 'after-commit' = 'nothing';

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  now(): number {
    return this.#shared.nowMs + this.clockErrorMs;
  }

  get records(): readonly JournalRecord[] {
    return this.#records;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  get site(): Row | undefined {
    return this.#site;
  }

  status(): string | undefined {
    const site = this.#site;
    return (
      site && this.#shared.rules.hubSiteStatus({ contactMs: site.contactMs, identityEndMs: site.endMs }, this.now())
    );
  }

  enrol(key: string): Identity {
    return this.#grant({ key, endsMs: 0 });
  }

  /** `sentAgoMs`: how long ago it came. */
  beat(identity: Identity, sentAgoMs: number): 'taken' | 'expired' {
    if (this.now() >= identity.endsMs) return 'expired';
    const site = this.#known(identity);
    this.#site = { ...site, contactMs: this.now() - sentAgoMs };
    return 'taken';
  }

  renew(identity: Identity): Identity {
    const shown = { endMs: identity.endsMs, key: identity.key, shownKey: identity.key };
    this.#known(identity);
    return this.#shared.rules.planRenewal(shown, this.now()) === 'same' ? identity : this.#grant(identity);
  }

  /** Undefined: it waits for an approval. */
  takeBack(identity: Identity): Identity | undefined {
    const { key, endsMs: endMs } = identity;
    const site = this.#known(identity);
    const plan = this.#shared.rules.planReturn({ key, endMs }, site.waiting, this.now());
    if (plan === 'grant') return this.#grant(identity);
    if (plan === 'ask') this.#site = { ...site, waiting: { key, askedMs: this.now() } };
    return undefined;
  }

  approve(): void {
    const site = this.#site;
    if (site?.waiting) this.#site = { ...site, waiting: { ...site.waiting, approvedMs: this.now() } };
  }

  /** How far the journal is kept now; undefined when the answer is lost with the process. */
  takeJournal(records: readonly JournalRecord[]): number | undefined {
    const { rules } = this.#shared;
    const crash = this.crashesIn;
    this.crashesIn = 'nothing';
    if (crash === 'before-commit' || rules.deliveryProblem(records) !== undefined) return undefined;
    const plan = rules.planDelivery(records, this.#acknowledged);
    if (plan.kind === 'take') {
      this.#records.push(...plan.records);
      this.#acknowledged = plan.acknowledged;
    }
    return crash === 'after-commit' ? undefined : this.#acknowledged;
  }

  /** Contacts of the last minutes were not written. */
  crash(): void {
    const site = this.#site;
    if (!site) return;
    const lostMs = Math.floor(this.#shared.random.next() * CONTACT_WRITTEN_EVERY_MS);
    this.#site = { ...site, contactMs: Math.max(0, site.contactMs - lostMs) };
  }

  backUp(): void {
    this.#backup = { site: this.#site, records: [...this.#records], acknowledged: this.#acknowledged };
  }

  restore(): void {
    const { site, records, acknowledged } = this.#backup ?? { site: undefined, records: [], acknowledged: 0 };
    this.#site = site;
    this.#records = [...records];
    this.#acknowledged = acknowledged;
  }

  /** A hub that was restored takes a site back by the certificate that it gave it. */
  #known({ key, endsMs: endMs }: Identity): Row {
    const site = this.#site ?? { endMs, contactMs: 0, waiting: undefined };
    const shown = this.#shared.rules.planShown({ endMs, key }, { identityEndMs: site.endMs });
    this.#site = { ...site, endMs: shown?.identityEndMs ?? site.endMs };
    return this.#site;
  }

  #grant({ key }: Identity): Identity {
    const endsMs = Math.floor((this.now() + IDENTITY_LIFE_MS) / SECOND_MS) * SECOND_MS;
    this.#site = { endMs: endsMs, contactMs: this.#site?.contactMs ?? 0, waiting: undefined };
    return { key, endsMs };
  }
}
