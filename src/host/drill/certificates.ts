// The site's certificates as a drill compares them: what there is, and what was issued since.
import type { ListedCertificate, SiteFolders } from '#model/site';
import { askAccess } from '../access.ts';

export async function certificatesOf(folders: SiteFolders): Promise<readonly ListedCertificate[]> {
  return (await askAccess(folders, { verb: 'certificate-list' }, 'certificates')).certificates;
}

/** Certificates of `now` that were not there before, by name. */
export function issuedSince(before: readonly ListedCertificate[], now: readonly ListedCertificate[]): string[] {
  const had = new Set(before.map(({ fingerprint }) => fingerprint));
  return now.filter(({ fingerprint }) => !had.has(fingerprint)).map(({ name }) => name);
}
