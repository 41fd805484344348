// Reads and writes what the site keeps of its link; which files, and in which order, says model/link.
import { type KeptIdentity, keptIdentityParse, type LinkFile, linkFileParse, linkFiles } from '#model/link';
import { randomText } from '#platform/digest';
import { readTextIfPresent, removeTree, writeFileAtomic } from '#platform/disk';
import { newKeyPem } from '#platform/x509';
import { SITE_ID_RANDOM_BYTES } from './limits.ts';

export interface LinkFolder {
  /** Errors: WorldError `Corrupt`, `Unsupported`. */
  read(): LinkFile | undefined;
  write(file: LinkFile): void;
  /** Errors: WorldError `Corrupt`. */
  identity(): KeptIdentity | undefined;
  writeIdentity(identity: KeptIdentity): void;
  removeIdentity(): void;
  /** The site's key; made at the first call. */
  keyPem(): string;
}

/** Letters, digits and "-" alone: it goes into a certificate's name. */
export const newSiteId = (siteId: string): string =>
  `${siteId}-${randomText(SITE_ID_RANDOM_BYTES).replaceAll(/[^A-Za-z0-9]/g, '0')}`;

export function linkFolder(folder: string): LinkFolder {
  const files = linkFiles(folder);
  return {
    read: () => {
      const text = readTextIfPresent(files.link);
      return text === undefined ? undefined : linkFileParse(text, files.link);
    },
    write: (found) => writeFileAtomic(files.link, `${JSON.stringify(found, null, 2)}\n`),
    identity: () => {
      const text = readTextIfPresent(files.identity);
      return text === undefined ? undefined : keptIdentityParse(text, files.identity);
    },
    writeIdentity: (identity) => writeFileAtomic(files.identity, `${JSON.stringify(identity)}\n`),
    removeIdentity: () => removeTree(files.identity),
    keyPem: () => {
      const kept = readTextIfPresent(files.key);
      if (kept !== undefined) return kept;
      const made = newKeyPem();
      writeFileAtomic(files.key, made);
      return made;
    },
  };
}
