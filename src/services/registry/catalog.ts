// What the registry has, by repository: manifests, tags, where each came from, whether it is pinned.
// One small file a repository, replaced whole at every change; the blobs themselves are content's.

import { WorldError } from '#base';
import type { Origin } from '#model/oci';
import { filesBelow, removePath } from '#platform/blob';
import { readJsonIfPresent, renameFile, writeFileAtomic } from '#platform/disk';

export interface ManifestEntry {
  readonly mediaType: string;
  readonly bytes: number;
  /** Digests of config and layers. */
  readonly blobs: readonly string[];
  /** Digests of the manifests that an index lists. */
  readonly manifests: readonly string[];
  readonly subject?: string;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly origin: Origin;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface TagEntry {
  readonly digest: string;
  readonly origin: Origin;
  readonly pinned: boolean;
  readonly at: number;
}

export interface Repository {
  readonly name: string;
  readonly manifests: Readonly<Record<string, ManifestEntry>>;
  readonly tags: Readonly<Record<string, TagEntry>>;
}

export interface Catalog {
  /** False while the file of a repository is set aside: blobs that nothing seems to refer to may be its own. */
  readonly complete: boolean;
  repository(name: string): Repository | undefined;
  repositories(): readonly Repository[];
  putManifest(repository: string, digest: string, entry: ManifestEntry): void;
  putTag(repository: string, tag: string, entry: TagEntry): void;
  removeTag(repository: string, tag: string): boolean;
  /** Removes a manifest and the tags on it. */
  removeManifest(repository: string, digest: string): boolean;
  /** Digests of every manifest and of every blob that one refers to. */
  referred(): Set<string>;
}

/** What is added to the name of a file that cannot be read. */
const ASIDE = '.damaged';

function readRepository(file: string): Repository | 'damaged' {
  try {
    const repository = readJsonIfPresent<Partial<Repository>>(file);
    const { name, manifests, tags } = repository ?? {};
    return name && manifests && tags ? { name, manifests, tags } : 'damaged';
  } catch (error) {
    if (error instanceof WorldError && error.code === 'Corrupt') return 'damaged';
    throw error;
  }
}

/** A file that cannot be read is set aside (`.damaged`) and told by its repository's name: the others are served. */
export function openCatalog(folder: string, damaged: (repository: string) => void): Catalog {
  const held = new Map<string, Repository>();
  const aside = new Set<string>();
  for (const { path } of filesBelow(folder)) {
    if (path.endsWith(ASIDE)) aside.add(path.slice(0, -ASIDE.length));
    if (!path.endsWith('.json')) continue;
    const repository = readRepository(`${folder}/${path}`);
    if (repository === 'damaged') {
      renameFile(`${folder}/${path}`, `${folder}/${path}${ASIDE}`);
      aside.add(path);
      damaged(decodeURIComponent(path.slice(0, -'.json'.length)));
    } else held.set(repository.name, repository);
  }
  const save = (repository: Repository): void => {
    const path = `${encodeURIComponent(repository.name)}.json`;
    const file = `${folder}/${path}`;
    // Brought again: what was set aside is not missed any more.
    if (aside.delete(path)) removePath(`${file}${ASIDE}`);
    if (Object.keys(repository.manifests).length === 0) {
      held.delete(repository.name);
      removePath(file);
      return;
    }
    writeFileAtomic(file, `${JSON.stringify(repository)}\n`);
    held.set(repository.name, repository);
  };
  const present = (name: string): Repository => held.get(name) ?? { name, manifests: {}, tags: {} };
  return {
    get complete() {
      return aside.size === 0;
    },
    repository: (name) => held.get(name),
    repositories: () => [...held.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    putManifest: (name, digest, entry) => {
      const repository = present(name);
      save({ ...repository, manifests: { ...repository.manifests, [digest]: entry } });
    },
    putTag: (name, tag, entry) => {
      const repository = present(name);
      save({ ...repository, tags: { ...repository.tags, [tag]: entry } });
    },
    removeTag: (name, tag) => {
      const repository = present(name);
      if (!repository.tags[tag]) return false;
      const { [tag]: _gone, ...tags } = repository.tags;
      save({ ...repository, tags });
      return true;
    },
    removeManifest: (name, digest) => {
      const repository = present(name);
      if (!repository.manifests[digest]) return false;
      const { [digest]: _gone, ...manifests } = repository.manifests;
      const tags = Object.fromEntries(Object.entries(repository.tags).filter(([, tag]) => tag.digest !== digest));
      save({ ...repository, manifests, tags });
      return true;
    },
    referred: () => {
      const digests = new Set<string>();
      for (const repository of held.values()) {
        for (const [digest, entry] of Object.entries(repository.manifests)) {
          digests.add(digest);
          for (const blob of entry.blobs) digests.add(blob);
        }
      }
      return digests;
    },
  };
}
