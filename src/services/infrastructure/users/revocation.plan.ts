// Decides whom the record of people shuts out, and what it forgets. Nothing is forgotten because of the time alone: a clock that stood
// far ahead for an hour, and was put back, would let somebody in again who was shut out. Only where there is no room left for more
// does what ended first give way.
import { CERTIFICATES_PER_USER_MAX, GONE_KEPT_MS, GONE_MAX } from '../limits.ts';
import type { UsersFile } from './users-file.ts';

export interface ShownCertificate {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly serialNumber: string;
}

/** Whether a certificate was taken back, by what the record says. */
export function takenBack({ users, gone }: UsersFile): (certificate: ShownCertificate) => boolean {
  const names = new Set(users.filter(({ revokedAt }) => revokedAt !== undefined).map(({ name }) => name));
  const serials = new Set(gone.map(({ serialNumber }) => serialNumber));
  return ({ commonName, serialNumber }) => names.has(commonName) || serials.has(serialNumber);
}

/** The record without the person, whose certificates are worth nothing from now on. */
export function withoutPerson(record: UsersFile, name: string): UsersFile {
  const person = record.users.find((user) => user.name === name);
  if (!person) return record;
  const ended = person.certificates.map(({ serialNumber, notAfter }) => ({ serialNumber, notAfter }));
  return { ...record, users: record.users.filter((user) => user !== person), gone: [...record.gone, ...ended] };
}

const byEnd = (a: { readonly notAfter: string }, b: { readonly notAfter: string }): number =>
  Date.parse(b.notAfter) - Date.parse(a.notAfter);

/** The record, made smaller where it is full. */
export function withRoom(record: UsersFile, now: number): UsersFile {
  const isRecent = ({ notAfter }: { notAfter: string }): boolean => Date.parse(notAfter) + GONE_KEPT_MS > now;
  const users = record.users.map((user) =>
    user.certificates.length < CERTIFICATES_PER_USER_MAX
      ? user
      : { ...user, certificates: user.certificates.filter(isRecent) },
  );
  const gone = record.gone.length <= GONE_MAX ? record.gone : [...record.gone].sort(byEnd).slice(0, GONE_MAX);
  return { ...record, users, gone };
}
