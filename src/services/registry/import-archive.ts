// Imports an archive of images, OCI layout or Docker's, into the registry: all of its images, or none.
// Source: OCI image-spec 1.1 "Image Layout"; Docker Image Specification v1.2 (`docker save`).
import { WorldError } from '#base';
import type { Content } from '#content';
import {
  type Descriptor,
  type ImportedImage,
  MEDIA_TYPES,
  parseReference,
  readManifest,
  referenceText,
} from '#model/oci';
import { type ArchiveEntry, readTar } from '#platform/archive';
import { ARCHIVE_JSON_BYTES_MAX, INDEX_DEPTH_MAX } from './limits.ts';
import type { PutManifest } from './put-manifest.ts';

interface Blob {
  readonly digest: string;
  readonly bytes: number;
}

interface DockerImage {
  readonly Config: string;
  readonly RepoTags?: readonly string[] | null;
  readonly Layers: readonly string[];
}

export interface Importing {
  readonly file: string;
  readonly content: Content;
  readonly put: Put;
  /** Hosts with port under which the registry itself is known. */
  readonly ownNames: ReadonlySet<string>;
  progress(path: string): void;
}

type Put = (request: PutManifest) => Promise<{ readonly digest: string }>;

const corrupt = (file: string, why: string): WorldError =>
  new WorldError('Corrupt', `${file} is not a whole image archive: ${why}`, {
    attempted: 'import an image',
    subject: file,
    cure: 'make the archive again, e.g. with "skopeo copy ... docker-archive:FILE" or "oci-archive:FILE"',
  });

async function textOf(source: AsyncIterable<Uint8Array>, what: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of source) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > ARCHIVE_JSON_BYTES_MAX)
      throw new WorldError('Invalid', `${what} is longer than ${ARCHIVE_JSON_BYTES_MAX} bytes`);
  }
  return text;
}

/** Everything of the archive by path: JSON at the top as text, the rest as blobs in content. */
interface Unpacked {
  readonly texts: ReadonlyMap<string, string>;
  readonly blobs: ReadonlyMap<string, Blob>;
}

async function unpack(file: string, content: Content, progress: (path: string) => void): Promise<Unpacked> {
  const texts = new Map<string, string>();
  const blobs = new Map<string, Blob>();
  const links = new Map<string, string>();
  const take = async (entry: ArchiveEntry): Promise<void> => {
    if (entry.kind === 'link') links.set(entry.path, resolveLink(entry.path, entry.target));
    if (entry.kind !== 'file') return;
    if (['index.json', 'manifest.json', 'oci-layout'].includes(entry.path))
      return void texts.set(entry.path, await textOf(entry.content, entry.path));
    progress(entry.path);
    blobs.set(entry.path, await content.write(entry.content));
  };
  for await (const entry of readTar(file)) await take(entry);
  for (const [path, target] of links) {
    const blob = blobs.get(target);
    if (blob) blobs.set(path, blob);
  }
  return { texts, blobs };
}

/** "a/b/layer.tar" linking to "../c/layer.tar" means "a/c/layer.tar". */
function resolveLink(path: string, target: string): string {
  const parts = target.startsWith('/') ? [] : path.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

const nameIn = (descriptor: Descriptor): string | undefined => {
  const { annotations = {} } = descriptor;
  return annotations['io.containerd.image.name'] ?? annotations['org.opencontainers.image.ref.name'];
};

interface FullName {
  readonly repository: string;
  readonly reference: string;
  readonly full: string;
}

/** Names an archive's image in the catalogue; under the registry's own name, by what stands after it. */
function fullName(of: Importing, text: string | undefined): FullName {
  const { file } = of;
  const parsed = text === undefined ? undefined : parseReference(text);
  if (!parsed || !text || /^[\w.-]+$/.test(text)) {
    throw new WorldError(
      'Invalid',
      `${file} does not say the full name of its image${text ? ` (only "${text}")` : ''}`,
      {
        attempted: 'import an image',
        subject: file,
        cure: 'save it under a full name, e.g. "skopeo copy ... docker-archive:FILE:docker.io/library/app:1"',
      },
    );
  }
  return {
    repository: of.ownNames.has(parsed.registry) ? parsed.repository : `${parsed.registry}/${parsed.repository}`,
    reference: parsed.digest ?? parsed.tag ?? 'latest',
    full: referenceText(parsed),
  };
}

/** The manifests to put for one top of an OCI layout, children before the index that lists them. */
async function layoutManifests(
  top: Descriptor,
  repository: string,
  read: (digest: string) => Promise<string>,
): Promise<PutManifest[]> {
  const puts: PutManifest[] = [];
  const visit = async (descriptor: Descriptor, depth: number): Promise<void> => {
    if (depth > INDEX_DEPTH_MAX)
      throw new WorldError('Invalid', `indexes stand deeper than ${INDEX_DEPTH_MAX} in each other`);
    const text = await read(descriptor.digest);
    const facts = readManifest(text, descriptor.mediaType);
    if (typeof facts === 'string') throw new WorldError('Invalid', facts);
    for (const child of facts.manifests) await visit(child, depth + 1);
    puts.push({
      repository,
      reference: descriptor.digest,
      text,
      declared: descriptor.mediaType,
      origin: 'imported',
      pinned: true,
      complete: true,
    });
  };
  await visit(top, 0);
  return puts;
}

async function importLayout(of: Importing, unpacked: Unpacked): Promise<ImportedImage[]> {
  const { file, content, put } = of;
  const index = readManifest(unpacked.texts.get('index.json') ?? '', MEDIA_TYPES.ociIndex);
  if (typeof index === 'string') throw corrupt(file, index);
  const read = (digest: string): Promise<string> => {
    if (content.size(digest) === undefined) throw corrupt(file, `${digest} is missing`);
    return textOf(content.read(digest), digest);
  };
  const planned = [];
  for (const top of index.manifests) {
    const { repository, reference, full } = fullName(of, nameIn(top));
    planned.push({ full, reference, puts: await layoutManifests(top, repository, read) });
  }
  return putAll(planned, put);
}

async function importDocker(of: Importing, unpacked: Unpacked): Promise<ImportedImage[]> {
  const { file, put } = of;
  const list = JSON.parse(unpacked.texts.get('manifest.json') ?? '[]') as DockerImage[];
  const blob = (path: string): Blob => {
    const found = unpacked.blobs.get(path);
    if (!found) throw corrupt(file, `${path} is missing`);
    return found;
  };
  const planned = list.flatMap((image) => {
    const config = blob(image.Config);
    const layers = image.Layers.map(blob);
    const text = JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociManifest,
      config: { mediaType: MEDIA_TYPES.ociConfig, digest: config.digest, size: config.bytes },
      layers: layers.map((layer) => ({ mediaType: MEDIA_TYPES.ociLayer, digest: layer.digest, size: layer.bytes })),
    });
    return (image.RepoTags ?? []).map((tag) => {
      const { repository, reference, full } = fullName(of, tag);
      return {
        full,
        reference,
        puts: [
          {
            repository,
            reference,
            text,
            declared: MEDIA_TYPES.ociManifest,
            origin: 'imported' as const,
            pinned: true,
            complete: true,
          },
        ],
      };
    });
  });
  if (planned.length === 0) fullName(of, undefined);
  return putAll(planned, put);
}

async function putAll(
  planned: readonly { full: string; reference: string; puts: readonly PutManifest[] }[],
  put: Put,
): Promise<ImportedImage[]> {
  const imported: ImportedImage[] = [];
  for (const { full, reference, puts } of planned) {
    for (const request of puts.slice(0, -1)) await put(request);
    const top = puts.at(-1);
    if (top) imported.push({ reference: full, digest: (await put({ ...top, reference })).digest });
  }
  return imported;
}

/** Errors: WorldError `NotFound`, `Corrupt`, `Invalid`, `Exhausted`, each with the cure. Blobs of an import that failed are
 * referred to by nothing, and are swept. */
export async function importArchive(of: Importing): Promise<ImportedImage[]> {
  const { file } = of;
  const unpacked = await unpack(file, of.content, of.progress);
  if (unpacked.texts.has('index.json') && unpacked.texts.has('oci-layout')) return importLayout(of, unpacked);
  if (unpacked.texts.has('manifest.json')) return importDocker(of, unpacked);
  throw corrupt(file, 'it holds neither index.json (OCI) nor manifest.json (Docker)');
}
