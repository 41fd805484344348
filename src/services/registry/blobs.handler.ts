// Blobs: GET with ranges, HEAD, DELETE. Source: OCI distribution-spec 1.1, "Pulling blobs", "Deleting blobs"; RFC 9110 section 14.
import type { AnswerHeaders } from '#platform/http';
import { OciError } from './errors.ts';
import type { Route } from './route.ts';
import { sendPieces } from './send.ts';
import type { Call } from './serve.ts';

/** The range of a header such as "bytes=5-"; undefined for none, "unsatisfiable" for one outside the blob. */
function readRange(
  header: string | undefined,
  bytes: number,
): { first: number; last: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const first = match[1] === '' ? Math.max(0, bytes - Number(match[2])) : Number(match[1]);
  const last = match[1] === '' || match[2] === '' ? bytes - 1 : Math.min(Number(match[2]), bytes - 1);
  return first > last ? 'unsatisfiable' : { first, last };
}

export async function answerBlob({ exchange, parts }: Call, route: Extract<Route, { kind: 'blob' }>): Promise<void> {
  const bytes = await parts.images.blob(route.digest, route.outside);
  const headers = {
    'content-type': 'application/octet-stream',
    'docker-content-digest': route.digest,
    'accept-ranges': 'bytes',
    etag: `"${route.digest}"`,
  };
  const range = readRange(exchange.headers.range, bytes);
  if (range === 'unsatisfiable') return exchange.send(416, { 'content-range': `bytes */${bytes}` }, '');
  if (exchange.method === 'HEAD') return exchange.stream(200, { ...headers, 'content-length': bytes }).end();
  const part: AnswerHeaders = range
    ? { 'content-range': `bytes ${range.first}-${range.last}/${bytes}`, 'content-length': range.last - range.first + 1 }
    : { 'content-length': bytes };
  await sendPieces(exchange, range ? 206 : 200, { ...headers, ...part }, parts.content.read(route.digest, range));
}

export function answerBlobDelete({ exchange, parts }: Call, digest: string): void {
  if (parts.content.size(digest) === undefined) throw new OciError('BLOB_UNKNOWN', `the blob ${digest} is not here`);
  if (parts.catalog.referred().has(digest))
    throw new OciError('UNSUPPORTED', `the blob ${digest} is part of an image; delete the image`);
  parts.content.remove(digest);
  exchange.send(202, {}, '');
}
