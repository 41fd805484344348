// Manifests: GET, HEAD, PUT, DELETE. Source: OCI distribution-spec 1.1, "Pulling manifests", "Pushing manifests", "Deleting".
import { isDigest } from '#model/oci';
import { OciError } from './errors.ts';
import { MANIFEST_BYTES_MAX } from './limits.ts';
import type { Route } from './route.ts';
import { sendPieces } from './send.ts';
import type { Call } from './serve.ts';

type ManifestRoute = Extract<Route, { kind: 'manifest' }>;

export async function answerManifest({ exchange, parts }: Call, route: ManifestRoute): Promise<void> {
  const { digest, entry } = await parts.images.find(route.repository, route.reference, route.outside);
  const headers = {
    'content-type': entry.mediaType,
    'docker-content-digest': digest,
    etag: `"${digest}"`,
    'content-length': entry.bytes,
  };
  if (exchange.method === 'HEAD') exchange.stream(200, headers).end();
  else await sendPieces(exchange, 200, headers, parts.content.read(digest));
}

const bodyOf = (call: Call): Promise<string> =>
  new Promise((resolve, reject) => {
    call.exchange.readBody(MANIFEST_BYTES_MAX, (body) => {
      if (body) resolve(body.toString());
      else reject(new OciError('SIZE_INVALID', `a manifest may have ${MANIFEST_BYTES_MAX} bytes at most`));
    });
  });

export async function answerManifestPut(call: Call, route: ManifestRoute): Promise<void> {
  const { digest, facts } = await call.parts.images.put({
    repository: route.repository,
    reference: route.reference,
    text: await bodyOf(call),
    declared: call.exchange.headers['content-type']?.split(';')[0],
    origin: 'pushed',
    pinned: true,
    complete: true,
  });
  call.exchange.send(
    201,
    {
      location: `/v2/${route.repository}/manifests/${digest}`,
      'docker-content-digest': digest,
      ...(facts.subject ? { 'oci-subject': facts.subject.digest } : {}),
    },
    '',
  );
}

export function answerManifestDelete({ exchange, parts }: Call, route: ManifestRoute): void {
  const gone = isDigest(route.reference)
    ? parts.catalog.removeManifest(route.repository, route.reference)
    : parts.catalog.removeTag(route.repository, route.reference);
  if (!gone)
    throw new OciError('MANIFEST_UNKNOWN', `${route.repository}:${route.reference} is not in the site's registry`);
  exchange.send(202, {}, '');
}
