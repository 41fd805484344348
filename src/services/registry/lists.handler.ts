// Lists: repositories, tags, referrers. Source: OCI distribution-spec 1.1, "Listing Tags", "Listing Referrers".
import { MEDIA_TYPES } from '#model/oci';
import { OciError } from './errors.ts';
import { LIST_MAX } from './limits.ts';
import type { Call } from './serve.ts';

/** A page of sorted names after `last`, with the Link header to the next (RFC 8288). */
function page(
  call: Call,
  path: string,
  names: readonly string[],
): { names: readonly string[]; headers: Record<string, string> } {
  const wanted = call.query.get('n');
  if (wanted !== null && !/^\d+$/.test(wanted)) throw new OciError('UNSUPPORTED', `n=${wanted} is not a number`, 400);
  const count = Math.min(LIST_MAX, wanted === null ? LIST_MAX : Number(wanted));
  const last = call.query.get('last') ?? '';
  const after = [...names].sort().filter((name) => name > last);
  const shown = after.slice(0, count);
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (shown.length > 0 && shown.length < after.length) {
    headers.link = `<${path}?n=${count}&last=${encodeURIComponent(shown.at(-1) ?? '')}>; rel="next"`;
  }
  return { names: shown, headers };
}

export function answerCatalog(call: Call): void {
  const { names, headers } = page(
    call,
    '/v2/_catalog',
    call.parts.catalog.repositories().map((r) => r.name),
  );
  call.exchange.send(200, headers, JSON.stringify({ repositories: names }));
}

export function answerTags(call: Call, repository: string): void {
  const held = call.parts.catalog.repository(repository);
  if (!held) throw new OciError('NAME_UNKNOWN', `there is no repository ${repository}`);
  const { names, headers } = page(call, `/v2/${repository}/tags/list`, Object.keys(held.tags));
  call.exchange.send(200, headers, JSON.stringify({ name: repository, tags: names }));
}

export function answerReferrers(call: Call, repository: string, digest: string): void {
  const wanted = call.query.get('artifactType');
  const manifests = Object.entries(call.parts.catalog.repository(repository)?.manifests ?? {})
    .filter(([, entry]) => entry.subject === digest && (wanted === null || entry.artifactType === wanted))
    .map(([refers, entry]) => ({
      mediaType: entry.mediaType,
      digest: refers,
      size: entry.bytes,
      ...(entry.artifactType ? { artifactType: entry.artifactType } : {}),
      ...(entry.annotations ? { annotations: entry.annotations } : {}),
    }));
  call.exchange.send(
    200,
    { 'content-type': MEDIA_TYPES.ociIndex, ...(wanted === null ? {} : { 'oci-filters-applied': 'artifactType' }) },
    JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests }),
  );
}
