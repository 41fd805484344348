// The hub of one simulated site: what it keeps, its own clock, crashes, and backups that it is restored from. Who gets an identity,
// what is taken of a delivery and how the site stands is decided by the product.
import { IDENTITY_LIFE_MS, type JournalRecord } from '#model/link';
import { CONTACT_WRITTEN_EVERY_MS } from '../../src/services/hub/limits.ts';
import type { Waiting } from '../../src/services/hub/sites/site.ts';
import { Wishes } from './wishes.ts';
import { chance, SECOND_MS, type Shared } from './world.ts';

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
  readonly journals: ReadonlyMap<string, Intake>;
}

/** A stream of the journal, as far as it is here. Records are only ever added, so that a backup is how many there were. */
interface Intake {
  readonly records: JournalRecord[];
  readonly count: number;
  readonly acknowledged: number;
}

export class Hub {
  readonly #shared: Shared;
  readonly wishes = new Wishes();
  isUp = true;
  clockErrorMs = 0;
  #site: Row | undefined;
  #journals: ReadonlyMap<string, Intake> = new Map();
  /** What a heartbeat was answered before the last deliveries were in. */
  #toldBefore: ReadonlyMap<string, number> = new Map();
  #backup: Kept | undefined;
  /** The next answer is lost with the process, before or after the commit. */
  crashesIn: 'nothing' | 'before-commit' | 'after-commit' = 'nothing';

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  now(): number {
    return this.#shared.nowMs + this.clockErrorMs;
  }

  journal(stream: string): Intake {
    return this.#journals.get(stream) ?? { records: [], count: 0, acknowledged: 0 };
  }

  /** What a heartbeat's answer tells of the journal; now and then it was made while a delivery was still on its way. */
  positions(): ReadonlyMap<string, number> {
    const now = new Map([...this.#journals].map(([stream, { acknowledged }]) => [stream, acknowledged]));
    const told = chance(this.#shared.random, 0.05) ? this.#toldBefore : now;
    this.#toldBefore = now;
    return told;
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

  /** How far the stream is kept now; undefined when the answer is lost with the process. */
  takeJournal(stream: string, records: readonly JournalRecord[]): number | 'gap' | undefined {
    const { rules, see } = this.#shared;
    const crash = this.crashesIn;
    this.crashesIn = 'nothing';
    if (crash === 'before-commit' || rules.deliveryProblem(records) !== undefined) return undefined;
    const before = this.journal(stream);
    const plan = rules.planDelivery(records, before.acknowledged);
    if (plan.kind === 'gap') return 'gap';
    if (plan.kind === 'take') {
      const { acknowledged } = plan;
      const { records: kept } = before;
      kept.push(...plan.records);
      this.#journals = new Map([...this.#journals, [stream, { records: kept, count: kept.length, acknowledged }]]);
      see({ kind: 'kept', stream, records: plan.records });
    }
    return crash === 'after-commit' ? undefined : this.journal(stream).acknowledged;
  }

  /** Contacts of the last minutes were not written. */
  crash(): void {
    const site = this.#site;
    if (!site) return;
    const lostMs = Math.floor(this.#shared.random.next() * CONTACT_WRITTEN_EVERY_MS);
    this.#site = { ...site, contactMs: Math.max(0, site.contactMs - lostMs) };
  }

  backUp(): void {
    this.#backup = { site: this.#site, journals: this.#journals };
    this.wishes.backUp();
  }

  restore(): void {
    const { site, journals } = this.#backup ?? { site: undefined, journals: new Map() };
    this.#site = site;
    this.#journals = new Map(
      [...journals].map(([stream, { records, count, acknowledged }]) => [
        stream,
        { records: records.slice(0, count), count, acknowledged },
      ]),
    );
    this.#toldBefore = new Map();
    this.wishes.restore();
  }

  /** A hub that was restored takes a site back by the certificate that it gave it. */
  #known({ endsMs: endMs }: Identity): Row {
    const site = this.#site ?? { endMs, contactMs: 0, waiting: undefined };
    const isNews = this.#shared.rules.isNews({ endMs }, { identityEndMs: site.endMs });
    this.#site = { ...site, endMs: isNews ? endMs : site.endMs };
    return this.#site;
  }

  #grant({ key }: Identity): Identity {
    const endsMs = Math.floor((this.now() + IDENTITY_LIFE_MS) / SECOND_MS) * SECOND_MS;
    this.#site = { endMs: endsMs, contactMs: this.#site?.contactMs ?? 0, waiting: undefined };
    return { key, endsMs };
  }
}
