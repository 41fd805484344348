// Takes a manifest in: checked against its digest and against what it refers to, written, and listed in the catalogue.
import type { Content } from '#content';
import { isDigest, type ManifestFacts, type Origin, readManifest } from '#model/oci';
import type { Clock } from '#platform/clock';
import { sha256Of } from '#platform/digest';
import type { Catalog, ManifestEntry } from './catalog.ts';
import { OciError } from './errors.ts';

export interface FoundManifest {
  readonly digest: string;
  readonly entry: ManifestEntry;
}

export interface PutManifest {
  readonly repository: string;
  /** A tag or the manifest's own digest. */
  readonly reference: string;
  readonly text: string;
  readonly declared: string | undefined;
  readonly origin: Origin;
  readonly pinned: boolean;
  /** Everything it refers to must be here already. */
  readonly complete: boolean;
}

interface Keeping {
  readonly content: Content;
  readonly catalog: Catalog;
  readonly clock: Clock;
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

function checkComplete({ content, catalog }: Keeping, request: PutManifest, facts: ManifestFacts): void {
  const unknown = (what: string): OciError =>
    new OciError('MANIFEST_BLOB_UNKNOWN', `${what}, which is not here; push it first`);
  for (const { digest } of facts.blobs)
    if (content.size(digest) === undefined) throw unknown(`the manifest refers to ${digest}`);
  const held = catalog.repository(request.repository);
  for (const { digest } of facts.manifests) if (!held?.manifests[digest]) throw unknown(`the index lists ${digest}`);
}

/** Errors: OciError MANIFEST_INVALID, MANIFEST_BLOB_UNKNOWN, DIGEST_INVALID. */
export async function putManifest(
  of: Keeping,
  request: PutManifest,
): Promise<FoundManifest & { readonly facts: ManifestFacts }> {
  const { content, catalog, clock } = of;
  const { repository, reference, origin, pinned } = request;
  const facts = readManifest(request.text, request.declared);
  if (typeof facts === 'string') throw new OciError('MANIFEST_INVALID', facts);
  const digest = sha256Of(request.text);
  if (isDigest(reference) && reference !== digest)
    throw new OciError('DIGEST_INVALID', `the manifest is ${digest}, not ${reference}`);
  if (request.complete) checkComplete(of, request, facts);
  const { bytes } = await content.write(bytesOf(request.text), digest);
  const entry: ManifestEntry = {
    mediaType: facts.mediaType,
    bytes,
    blobs: facts.blobs.map((d) => d.digest),
    manifests: facts.manifests.map((d) => d.digest),
    ...(facts.subject ? { subject: facts.subject.digest } : {}),
    ...(facts.artifactType ? { artifactType: facts.artifactType } : {}),
    ...(facts.annotations ? { annotations: facts.annotations } : {}),
    origin,
    at: clock.now(),
  };
  catalog.putManifest(repository, digest, entry);
  if (!isDigest(reference)) catalog.putTag(repository, reference, { digest, origin, pinned, at: clock.now() });
  return { digest, entry, facts };
}
