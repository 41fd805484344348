// Images in the site's registry, as an operator deals with them, and how clients get at the registry.
import { present, WorldError } from '#base';
import type { ImportedImage, ListedImage } from '#model/oci';
import { type RegistryAccount, type RegistryAccounts, registryHosts, type SiteFolders } from '#model/site';
import { fileBytes, isPresent, readJsonIfPresent, readTextIfPresent } from '#platform/disk';
import { callServices } from './services-call.ts';
import { openSite } from './site-file.ts';

export interface RegistryAccess extends RegistryAccount {
  /** Host and port. */
  readonly address: string;
  /** Other hosts with port under which it answers. */
  readonly alsoAt: readonly string[];
  readonly caFile: string;
}

const noRegistry = (data: string): WorldError =>
  new WorldError('NotFound', `the site in ${data} has no registry yet`, { cure: 'bring it up: holdfast up' });

/** Where the registry is and who may push. Errors: WorldError `NotFound`. */
export function registryAccess(data: string): RegistryAccess {
  const { site, folders } = openSite(data);
  const accounts = readJsonIfPresent<RegistryAccounts>(folders.registryAccounts);
  if (!accounts) throw noRegistry(data);
  const [address, ...alsoAt] = registryHosts(site);
  return {
    address: present(address, 'a registry has an address'),
    alsoAt,
    ...accounts.people,
    caFile: folders.doorsAnchor,
  };
}

/** The CA that clients of the registry trust, PEM. Errors: WorldError `NotFound`. */
export function registryCa(data: string): string {
  const pem = readTextIfPresent(openSite(data).folders.doorsAnchor);
  if (pem === undefined) throw noRegistry(data);
  return pem;
}

/** Takes an archive's images in, all or none. Errors: WorldError `NotFound`, `Corrupt`, `Invalid`, `Exhausted`, `Unavailable`. */
export async function imageImport(of: {
  readonly folders: SiteFolders;
  readonly file: string;
  reading(path: string): void;
}): Promise<readonly ImportedImage[]> {
  for await (const answer of callServices(of.folders, { verb: 'image-import', file: of.file })) {
    if (answer.kind === 'reading') of.reading(answer.path);
    if (answer.kind === 'imported') return answer.images;
  }
  throw new WorldError('Unavailable', `the site's services ended while they imported ${of.file}`, {
    cure: 'import it again',
  });
}

/** Bytes of an archive. Errors: WorldError `NotFound` when there is no such file. */
export function archiveBytes(file: string): number {
  if (!isPresent(file))
    throw new WorldError('NotFound', `there is no file ${file}`, { subject: file, cure: 'check its path' });
  return fileBytes(file);
}

export async function imageList(folders: SiteFolders): Promise<readonly ListedImage[]> {
  for await (const answer of callServices(folders, { verb: 'image-list' }))
    if (answer.kind === 'images') return answer.images;
  return [];
}

/** Errors: WorldError `NotFound`, `Unavailable`. */
export async function imageDelete(folders: SiteFolders, reference: string): Promise<{ readonly freedBytes: number }> {
  for await (const answer of callServices(folders, { verb: 'image-delete', reference }))
    if (answer.kind === 'deleted') return { freedBytes: answer.freedBytes };
  throw new WorldError('Unavailable', `the site's services ended while they deleted ${reference}`);
}

/** Errors: WorldError `NotFound`, `Unavailable`. */
export async function imagePin(folders: SiteFolders, reference: string, pinned: boolean): Promise<void> {
  for await (const answer of callServices(folders, { verb: 'image-pin', reference, pinned }))
    if (answer.kind === 'done') return;
  throw new WorldError('Unavailable', `the site's services ended while they changed ${reference}`);
}
