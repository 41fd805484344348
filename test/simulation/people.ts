// The people of a simulated site: kubeconfigs are given and taken back as services/infrastructure/users does it, by the record on the
// disk; what people hold is theirs, whatever the record forgets.
import { FOREVER_AGO_MS } from '#engine/certificates';
import type { Person, UsersFile } from '../../src/services/infrastructure/users/users-file.ts';
import type { Pki } from './pki.ts';
import type { Timekeeper } from './timekeeper.ts';
import type { Shared } from './world.ts';

const NOBODY: UsersFile = { version: 1, users: [], gone: [] };
const timeText = (ms: number): string => new Date(ms).toISOString();

export const usersOf = ({ disk }: Shared): UsersFile => disk.read<UsersFile>('users') ?? NOBODY;

export class People {
  readonly #shared: Shared;
  readonly #clock: Timekeeper;
  readonly #pki: Pki;

  constructor(shared: Shared, clock: Timekeeper, pki: Pki) {
    this.#shared = shared;
    this.#clock = clock;
    this.#pki = pki;
  }

  /** False when that person was shut out, and not deleted. Errors: Crash. */
  give(name: string, lifeMs: number): boolean {
    const { wallet, random } = this.#shared;
    const now = this.#clock.now();
    const record = usersOf(this.#shared);
    const known = record.users.find((user) => user.name === name);
    if (known?.revokedAt !== undefined) return false;
    const generation = this.#pki.rollovers['kubernetes-clients'].current;
    // Whole seconds, as a certificate says it.
    const endMs = Math.floor(Math.min(now + lifeMs, this.#pki.endMs('kubernetes-clients', generation)) / 1000) * 1000;
    const serialNumber = random
      .below(2 ** 40)
      .toString(16)
      .toUpperCase();
    const life = { notBefore: timeText(FOREVER_AGO_MS), notAfter: timeText(endMs) };
    const certificate = { serialNumber, fingerprint: serialNumber, issuer: '', ...life };
    const person: Person = known ?? { name, createdAt: timeText(now), certificates: [] };
    this.#write({
      ...record,
      users: [
        ...record.users.filter((user) => user !== known),
        { ...person, certificates: [...person.certificates, certificate] },
      ],
    });
    wallet.push({ name, serialNumber, notBeforeMs: FOREVER_AGO_MS, notAfterMs: endMs, generation, shutOut: 'no' });
    return true;
  }

  /** Takes the access back; `deleted`: the name is free again. Errors: Crash. */
  shutOut(name: string, deleted: boolean): void {
    const record = usersOf(this.#shared);
    const person = record.users.find((user) => user.name === name);
    if (!person) return;
    const held = this.#shared.wallet.filter((one) => one.name === name && one.shutOut !== 'done');
    for (const one of held) one.shutOut = 'asked';
    const revoked = { ...person, revokedAt: person.revokedAt ?? timeText(this.#clock.now()) };
    this.#write({ ...record, users: record.users.map((user) => (user === person ? revoked : user)) });
    if (deleted) this.#write(this.#shared.rules.withoutPerson(usersOf(this.#shared), name));
    for (const one of held) one.shutOut = 'done';
  }

  #write(record: UsersFile): void {
    this.#shared.disk.write('users', this.#shared.rules.withRoom(record, this.#clock.now()));
  }
}
