// What an operator does with images: list, delete, pin, unpin, sweep.
import { WorldError } from '#base';
import type { Content } from '#content';
import { type ListedImage, parseReference } from '#model/oci';
import type { Catalog, Repository } from './catalog.ts';

export interface ImageOperator {
  list(): ListedImage[];
  /** Errors: WorldError `NotFound`. Returns the bytes freed. */
  delete(reference: string): { readonly freedBytes: number };
  /** Errors: WorldError `NotFound`. */
  pin(reference: string, pinned: boolean): void;
}

function bytesOf(repository: Repository, digest: string, content: Content): number {
  const entry = repository.manifests[digest];
  if (!entry) return 0;
  const blobs = entry.blobs.reduce((sum, blob) => sum + (content.size(blob) ?? 0), entry.bytes);
  return entry.manifests.reduce((sum, child) => sum + bytesOf(repository, child, content), blobs);
}

const missing = (reference: string): WorldError =>
  new WorldError('NotFound', `the image ${reference} is not in the site's registry`, {
    subject: reference,
    cure: 'see "holdfast image list"',
  });

/** Finds by the name as listed, by its full name, or by the short name that the site's own registry knows. */
function locate(
  catalog: Catalog,
  text: string,
  ownNames: ReadonlySet<string>,
): { repository: Repository; tag: string } {
  const parsed = parseReference(text);
  if (!parsed)
    throw new WorldError('Invalid', `"${text}" is not an image name`, { cure: 'write it as in "holdfast image list"' });
  const tag = parsed.tag ?? 'latest';
  const own = text.replace(/:[^/:]*$/, '');
  const full = ownNames.has(parsed.registry) ? parsed.repository : `${parsed.registry}/${parsed.repository}`;
  for (const name of [full, own]) {
    const repository = catalog.repository(name);
    if (repository?.tags[tag]) return { repository, tag };
  }
  throw missing(text);
}

export function imageOperator({
  content,
  catalog,
  ownNames,
}: {
  readonly content: Content;
  readonly catalog: Catalog;
  /** Hosts with port under which the registry itself is known. */
  ownNames(): ReadonlySet<string>;
}): ImageOperator {
  /** Only what the removed manifests referred to is looked at: blobs of a push that is under way belong to nobody yet. */
  const removeUnreferred = (candidates: ReadonlySet<string>): number => {
    const referred = catalog.referred();
    let freed = 0;
    for (const digest of candidates) {
      if (referred.has(digest)) continue;
      freed += content.size(digest) ?? 0;
      content.remove(digest);
    }
    return freed;
  };
  /** Manifests that no tag leads to any more go, then blobs that no manifest refers to. */
  const sweepRepository = (name: string): number => {
    const repository = catalog.repository(name);
    if (!repository) return 0;
    const reached = new Set<string>();
    const reach = (digest: string): void => {
      if (reached.has(digest)) return;
      reached.add(digest);
      for (const child of repository.manifests[digest]?.manifests ?? []) reach(child);
    };
    for (const tag of Object.values(repository.tags)) reach(tag.digest);
    // A referrer lives as long as its subject.
    for (const [digest, entry] of Object.entries(repository.manifests))
      if (entry.subject && reached.has(entry.subject)) reach(digest);
    const gone = Object.entries(repository.manifests).filter(([digest]) => !reached.has(digest));
    for (const [digest] of gone) catalog.removeManifest(name, digest);
    return removeUnreferred(new Set(gone.flatMap(([digest, entry]) => [digest, ...entry.blobs])));
  };
  return {
    list: () =>
      catalog.repositories().flatMap((repository) =>
        Object.entries(repository.tags).map(([tag, entry]) => ({
          reference: `${repository.name}:${tag}`,
          digest: entry.digest,
          bytes: bytesOf(repository, entry.digest, content),
          origin: entry.origin,
          pinned: entry.pinned,
          since: new Date(entry.at).toISOString(),
        })),
      ),
    delete: (reference) => {
      const { repository, tag } = locate(catalog, reference, ownNames());
      catalog.removeTag(repository.name, tag);
      return { freedBytes: sweepRepository(repository.name) };
    },
    pin: (reference, pinned) => {
      const { repository, tag } = locate(catalog, reference, ownNames());
      const entry = repository.tags[tag];
      if (entry) catalog.putTag(repository.name, tag, { ...entry, pinned });
    },
  };
}
