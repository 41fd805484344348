// The registry's accounts, as kept in a site's folder.

export interface RegistryAccount {
  readonly user: string;
  readonly password: string;
}

export interface RegistryAccounts {
  /** Pushes and pulls; the user that people are given. */
  readonly people: RegistryAccount;
  /** Pulls, for the site's own nodes. */
  readonly node: RegistryAccount;
}
