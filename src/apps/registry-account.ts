// The registry's user and password, made once for a site; in a file that only its owner may read.
import { doorNames, type Site, type SiteFolders } from '#model/site';
import { readJsonIfPresent, writeIfAbsent } from '#platform/disk';

export interface RegistryAccount {
  readonly user: string;
  readonly password: string;
}

const USER = 'ase-ecr-user';
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
const PASSWORD_LENGTH = 24;

export const registryAccountFile = (folders: SiteFolders): string => `${folders.pki}/registry-account.json`;

/** Makes the account when there is none. */
export function ensureRegistryAccount(folders: SiteFolders): RegistryAccount {
  const letters = [...crypto.getRandomValues(new Uint8Array(PASSWORD_LENGTH))].map(
    (byte) => ALPHABET[byte % ALPHABET.length],
  );
  const made: RegistryAccount = { user: USER, password: letters.join('') };
  writeIfAbsent(registryAccountFile(folders), JSON.stringify(made));
  return readJsonIfPresent<RegistryAccount>(registryAccountFile(folders)) ?? made;
}

/** Hosts with port under which clients know the registry, the first being the one to show. */
export function registryHosts(site: Site): string[] {
  const hosts = [
    site.network.doorAddress,
    ...(site.outsideAddress ? [site.outsideAddress] : []),
    ...doorNames(site, 'registry'),
  ];
  return [...new Set(hosts)].map((host) => `${host}:${site.ports.registry}`);
}
