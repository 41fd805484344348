// The registry's accounts, made once for a site: people push, nodes pull. In a file that only its owner may read.
import type { RegistryAccounts, SiteFolders } from '#model/site';
import { readJsonIfPresent, writeIfAbsent } from '#platform/disk';

/** The user that Azure Stack Edge has. */
const PEOPLE_USER = 'ase-ecr-user';
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
const PASSWORD_LENGTH = 24;

function newPassword(): string {
  return [...crypto.getRandomValues(new Uint8Array(PASSWORD_LENGTH))]
    .map((byte) => ALPHABET[byte % ALPHABET.length])
    .join('');
}

/** The accounts, made when there are none. */
export function ensureRegistryAccounts(folders: SiteFolders): RegistryAccounts {
  const made: RegistryAccounts = {
    people: { user: PEOPLE_USER, password: newPassword() },
    node: { user: 'node', password: newPassword() },
  };
  writeIfAbsent(folders.registryAccounts, JSON.stringify(made));
  return readJsonIfPresent<RegistryAccounts>(folders.registryAccounts) ?? made;
}
