// The registry's accounts, made once for a site: people push, nodes pull. In a file that only its owner may read.
import { doorNames, type Site, type SiteFolders } from '#model/site';
import { readJsonIfPresent, writeIfAbsent } from '#platform/disk';

export interface RegistryAccount {
  readonly user: string;
  readonly password: string;
}

export interface RegistryAccounts {
  /** Pushes and pulls; the user that people are given. */
  readonly people: RegistryAccount;
  readonly node: RegistryAccount;
}

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
  const file = `${folders.pki}/registry-accounts.json`;
  const made: RegistryAccounts = {
    people: { user: PEOPLE_USER, password: newPassword() },
    node: { user: 'node', password: newPassword() },
  };
  writeIfAbsent(file, JSON.stringify(made));
  return readJsonIfPresent<RegistryAccounts>(file) ?? made;
}

/** Hosts with port under which clients know the registry, the first being the one to show. */
export function registryHosts(site: Site): string[] {
  const outside = site.outsideAddress ? [site.outsideAddress] : [];
  const hosts = [site.network.doorAddress, ...outside, ...doorNames(site, 'registry')];
  return [...new Set(hosts)].map((host) => `${host}:${site.ports.registry}`);
}
