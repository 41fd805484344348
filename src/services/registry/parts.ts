// What every handler of the registry works with.
import type { Content } from '#content';
import type { Account } from './accounts.ts';
import type { Catalog } from './catalog.ts';
import type { Images } from './images.ts';

export interface RegistryParts {
  readonly content: Content;
  readonly catalog: Catalog;
  readonly images: Images;
  readonly accounts: readonly Account[];
  /** The name of the site, shown by clients that ask for a password. */
  readonly realm: string;
  /** Hosts (with port) under which this registry itself is known. */
  ownNames(): ReadonlySet<string>;
}
