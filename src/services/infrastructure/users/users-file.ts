// What is known of people, on disk: names, certificates by serial number, revocations. Never a key. Written by holdfastd, read by
// the API server on every change.
import { WorldError } from '#base';
import { readJsonIfPresent, writeFileAtomic } from '#platform/disk';

export interface PersonCertificate {
  /** Upper-case hex. */
  readonly serialNumber: string;
  readonly fingerprint: string;
  readonly issuer: string;
  /** RFC 3339. */
  readonly notBefore: string;
  readonly notAfter: string;
}

export interface Person {
  readonly name: string;
  readonly createdAt: string;
  /** When the access as a whole was taken back. */
  readonly revokedAt?: string;
  readonly certificates: readonly PersonCertificate[];
}

export interface UsersFile {
  readonly version: 1;
  readonly users: readonly Person[];
  /** Certificates of people who were deleted: worth nothing, though a namesake may come. */
  readonly gone: readonly { readonly serialNumber: string; readonly notAfter: string }[];
}

const NOBODY: UsersFile = { version: 1, users: [], gone: [] };

/** Nobody when there is no file. Errors: WorldError `Corrupt`. */
export function readUsers(file: string): UsersFile {
  const read = readJsonIfPresent<UsersFile>(file) ?? NOBODY;
  if (read.version !== 1 || !Array.isArray(read.users) || !Array.isArray(read.gone))
    throw new WorldError('Corrupt', `${file} is no record of users`, {
      attempted: 'read',
      subject: file,
      cure: 'bring it back from a backup, or remove it: every kubeconfig of a person is then good again until its end',
    });
  return read;
}

export const writeUsers = (file: string, users: UsersFile): void => writeFileAtomic(file, JSON.stringify(users));
