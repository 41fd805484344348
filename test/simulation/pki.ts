// Keeps the certificates of a simulated site in the order of services/infrastructure (renewal.ts, pki.ts): what is there is brought to what
// is stored, replacements of authorities move on, and what they change is issued at once. Certificates are their facts; nobody signs.
// The product looks every hour, this at every step, six hours apart at the most: later than the product, never earlier.
import {
  ACCOUNT_TOKEN_LIFE_MS_MAX,
  AUTHORITIES,
  type Authority,
  authorityEndMs,
  authorityIsDue,
  FIRST_GENERATION,
  type IssuedCertificate,
  LINES,
  type Line,
  type Rollover,
  type RolloverEvent,
  siteCertificates,
  trustedGenerations,
} from '#engine/certificates';
import { SITE } from '../../src/services/infrastructure/site.fixture.ts';
import { names } from './disk.ts';
import { usersOf } from './people.ts';
import type { Timekeeper } from './timekeeper.ts';
import type { Shared } from './world.ts';

export const SPECS = siteCertificates(SITE);

export interface Leaf extends Omit<IssuedCertificate, 'byCurrentAuthority'> {
  readonly authority: Authority;
  readonly generation: number;
}

const leafFile = names('leaf');
const authorityFile = Object.fromEntries(LINES.map((line) => [line, names(`authority/${line}`)])) as Readonly<
  Record<Line, (generation: string) => string>
>;

type Rollovers = Readonly<Record<Line, Rollover>>;

const STEADY = Object.fromEntries(LINES.map((line) => [line, FIRST_GENERATION])) as Rollovers;

export class Pki {
  readonly #shared: Shared;
  readonly #clock: Timekeeper;
  /** Boot time at which this process saw a line as it is. */
  readonly #seenBootMs = new Map<string, number>();

  constructor(shared: Shared, clock: Timekeeper) {
    this.#shared = shared;
    this.#clock = clock;
  }

  get rollovers(): Rollovers {
    return this.#shared.disk.read<Rollovers>('rollovers') ?? STEADY;
  }

  get isAnnounced(): boolean {
    return LINES.some((line) => this.rollovers[line].phase === 'announced');
  }

  leaf(name: string): Leaf | undefined {
    return this.#shared.disk.read<Leaf>(leafFile(name));
  }

  isTrusted(line: Line, generation: number): boolean {
    return trustedGenerations(this.rollovers[line]).includes(generation);
  }

  /** When an authority ends, milliseconds since 1970; made when it is first asked for. */
  endMs(line: Line, generation: number): number {
    const { disk } = this.#shared;
    const name = authorityFile[line](String(generation));
    const there = disk.read<number>(name);
    if (there !== undefined) return there;
    const made = authorityEndMs(this.#clock.now());
    disk.write(name, made);
    return made;
  }

  /** Errors: Crash. */
  pass(): void {
    this.#ensure();
    const before = this.rollovers;
    let moved = false;
    for (const line of LINES) {
      const event = this.#tickEvent(line, before[line]);
      if (event && this.step(line, event)) moved = true;
    }
    if (moved) this.#ensure();
    const after = this.rollovers;
    for (const line of LINES)
      if (after[line].phase === 'moving')
        this.step(line, { kind: 'leaves-moved', neededUntilMs: this.#neededUntilMs(line) });
  }

  /** Errors: Crash. */
  step(line: Line, event: RolloverEvent): boolean {
    const { rules, disk, see } = this.#shared;
    const step = rules.rolloverStep(this.rollovers[line], event, this.#clock.now());
    if (step.kind !== 'changed') return false;
    const { phase } = this.rollovers[line];
    disk.write('rollovers', { ...this.rollovers, [line]: step.state });
    if (step.state.phase === phase) return false;
    see({ kind: 'rolled', line, to: step.state.phase });
    return true;
  }

  #tickEvent(line: Line, state: Rollover): RolloverEvent | undefined {
    const now = this.#clock.now();
    switch (state.phase) {
      case 'steady': {
        const isAuthority = line === 'root' || AUTHORITIES.includes(line as Authority);
        const isDue = isAuthority && authorityIsDue(this.endMs(line, state.current), now);
        return isDue ? { kind: 'renew', hurry: false } : undefined;
      }
      case 'announced':
        return { kind: 'tick', seenForMs: this.#seenForMs(`${line} announced ${state.next}`), held: false };
      case 'moving':
        return undefined;
      case 'retiring':
        return {
          kind: 'tick',
          seenForMs: this.#seenForMs(`${line} retiring ${state.current}, ${state.leftMs} left`),
          held: false,
        };
    }
  }

  #seenForMs(name: string): number {
    const { bootMs } = this.#clock.reading();
    const since = this.#seenBootMs.get(name) ?? bootMs;
    this.#seenBootMs.set(name, since);
    return bootMs - since;
  }

  #neededUntilMs(line: Line): number {
    if (line === 'service-accounts') return this.#clock.now() + ACCOUNT_TOKEN_LIFE_MS_MAX;
    if (line !== 'kubernetes-clients') return 0;
    const { users } = usersOf(this.#shared);
    const ends = users.flatMap(({ certificates }) => certificates.map(({ notAfter }) => Date.parse(notAfter)));
    return Math.max(0, ...ends);
  }

  #ensure(): void {
    const { rules, disk, see } = this.#shared;
    const now = this.#clock.now();
    const { rollovers } = this;
    const plan = rules.planCertificates({
      specs: SPECS,
      issued: (name) => {
        const leaf = this.leaf(name);
        return leaf && { ...leaf, byCurrentAuthority: leaf.generation === rollovers[leaf.authority].current };
      },
      authorityEndMs: (authority) => this.endMs(authority, rollovers[authority].current),
      now,
    });
    for (const { spec, notBeforeMs, notAfterMs, reason } of plan) {
      const { name, authority, commonName, organizations, names } = spec;
      const leftMs = (this.leaf(name)?.notAfterMs ?? now) - now;
      const generation = rollovers[authority].current;
      disk.write(leafFile(name), { commonName, organizations, names, notBeforeMs, notAfterMs, authority, generation });
      see({ kind: 'issued', name, leftMs, reason });
    }
  }
}
