// Finds manifests and blobs, here or outside, and keeps what came from there.
import type { Content } from '#content';
import { isDigest, type ManifestFacts, type Origin } from '#model/oci';
import type { Clock } from '#platform/clock';
import type { Catalog } from './catalog.ts';
import { OciError } from './errors.ts';
import type { OutsideRegistries } from './outside.ts';
import { type FoundManifest, type PutManifest, putManifest } from './put-manifest.ts';
import type { Outside } from './route.ts';

export interface Images {
  /** Errors: OciError MANIFEST_INVALID, MANIFEST_BLOB_UNKNOWN, DIGEST_INVALID. */
  put(request: PutManifest): Promise<FoundManifest & { readonly facts: ManifestFacts }>;
  /** The manifest, fetched from outside when it is not here and can be had. Errors: OciError MANIFEST_UNKNOWN saying what to do. */
  find(repository: string, reference: string, outside: Outside | undefined): Promise<FoundManifest>;
  /** Makes sure that a blob is here. Errors: OciError BLOB_UNKNOWN. */
  blob(digest: string, outside: Outside | undefined): Promise<number>;
}

/** A registry outside that wants to know who asks is asked by nobody: the site has no account there. */
function refusalText(registry: string, status: number): string {
  return status === 401 || status === 403
    ? `${registry} does not have it, or gives it only to those with an account there (answered ${status})`
    : `${registry} does not have it either (answered ${status})`;
}

export interface ImagesOptions {
  readonly content: Content;
  readonly catalog: Catalog;
  readonly outside: OutsideRegistries;
  readonly clock: Clock;
}

export function images(options: ImagesOptions): Images {
  const { content, catalog, outside } = options;
  const fetching = new Map<string, Promise<number>>();

  const put: Images['put'] = (request) => putManifest(options, request);
  const local = (repository: string, reference: string): (FoundManifest & { origin: Origin }) | undefined => {
    const held = catalog.repository(repository);
    const tag = held?.tags[reference];
    const digest = isDigest(reference) ? reference : tag?.digest;
    const entry = digest === undefined ? undefined : held?.manifests[digest];
    return digest !== undefined && entry && content.size(digest) !== undefined
      ? { digest, entry, origin: tag?.origin ?? entry.origin }
      : undefined;
  };
  const fetchManifest = async (repository: string, reference: string, of: Outside): Promise<FoundManifest> => {
    const answer = await outside.manifest(of, reference);
    if (answer.kind === 'found') {
      return put({
        repository,
        reference,
        text: answer.value.text,
        declared: answer.value.mediaType,
        origin: 'pulled',
        pinned: false,
        complete: false,
      });
    }
    const why = answer.kind === 'missing' ? refusalText(of.registry, answer.status) : answer.message;
    throw new OciError(
      'MANIFEST_UNKNOWN',
      `${repository}:${reference} is not in the site's registry, and ${why}; bring it with "holdfast image import FILE" or push it`,
    );
  };
  const find: Images['find'] = async (repository, reference, of) => {
    const here = local(repository, reference);
    if (!of) {
      if (here) return here;
      throw new OciError(
        'MANIFEST_UNKNOWN',
        `${repository}:${reference} is not in the site's registry; bring it with "holdfast image import FILE" or push it`,
      );
    }
    if (!here) return fetchManifest(repository, reference, of);
    // What was pushed or imported is the site's own; a tag that came from outside may have moved there.
    if (isDigest(reference) || here.origin !== 'pulled') return here;
    const there = await outside.digestOf(of, reference);
    if (there.kind !== 'found' || there.value === '' || there.value === here.digest) return here;
    return fetchManifest(repository, reference, of).catch(() => here);
  };
  const fetchBlob = async (digest: string, of: Outside): Promise<number> => {
    const answer = await outside.blob(of, digest);
    if (answer.kind === 'found') return (await content.write(answer.value, digest)).bytes;
    throw new OciError(
      'BLOB_UNKNOWN',
      `the blob ${digest} is not in the site's registry, and ${answer.kind === 'missing' ? refusalText(of.registry, answer.status) : answer.message}`,
    );
  };
  const blob: Images['blob'] = async (digest, of) => {
    const bytes = content.size(digest);
    if (bytes !== undefined) return bytes;
    if (!of) throw new OciError('BLOB_UNKNOWN', `the blob ${digest} is not here`);
    const present = fetching.get(digest) ?? fetchBlob(digest, of).finally(() => fetching.delete(digest));
    fetching.set(digest, present);
    return present;
  };
  return { put, find, blob };
}
