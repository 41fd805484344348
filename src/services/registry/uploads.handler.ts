// Blob uploads: in one request, in chunks, or by mounting a blob that is here already.
// Source: OCI distribution-spec 1.1, "Pushing blobs".
import { isDigest } from '#model/oci';
import { OciError } from './errors.ts';
import type { Call } from './serve.ts';

const here = (repository: string, id: string): string => `/v2/${repository}/blobs/uploads/${id}`;

function created(call: Call, repository: string, digest: string): void {
  call.exchange.send(201, { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest }, '');
}

function accepted(call: Call, repository: string, upload: { id: string; bytes: number; status?: number }): void {
  call.exchange.send(
    upload.status ?? 202,
    {
      location: here(repository, upload.id),
      range: `0-${Math.max(0, upload.bytes - 1)}`,
      'docker-upload-uuid': upload.id,
    },
    '',
  );
}

function digestIn(call: Call, name: string): string | undefined {
  const digest = call.query.get(name);
  if (digest === null) return undefined;
  if (!isDigest(digest)) throw new OciError('DIGEST_INVALID', `"${digest}" is not a sha256 digest`);
  return digest;
}

/** POST: begins an upload, does it whole when the digest is given, or mounts. */
export async function answerUploads(call: Call, repository: string): Promise<void> {
  const { exchange, parts } = call;
  const mount = digestIn(call, 'mount');
  if (mount !== undefined && parts.content.size(mount) !== undefined) return created(call, repository, mount);
  const digest = digestIn(call, 'digest');
  if (digest !== undefined) {
    await parts.content.write(exchange.request, digest);
    return created(call, repository, digest);
  }
  const id = globalThis.crypto.randomUUID();
  await parts.content.upload(id).append(exchange.request);
  accepted(call, repository, { id, bytes: 0 });
}

/** Refuses a chunk that does not begin where the last one ended. */
function checkRange(header: string | string[] | undefined, bytes: number): void {
  const first = /^(?:bytes )?(\d+)-/.exec(String(header ?? ''))?.[1];
  if (first !== undefined && Number(first) !== bytes)
    throw new OciError(
      'BLOB_UPLOAD_INVALID',
      `the upload has ${bytes} bytes; the next chunk begins there, not at ${first}`,
      416,
    );
}

/** PATCH a chunk, PUT the end, GET how far, DELETE. */
export async function answerUpload(call: Call, repository: string, id: string): Promise<void> {
  const { exchange, parts } = call;
  const upload = parts.content.upload(id);
  const bytes = upload.bytes;
  if (bytes === undefined) throw new OciError('BLOB_UPLOAD_UNKNOWN', `there is no upload ${id}`);
  switch (exchange.method) {
    case 'GET':
      return accepted(call, repository, { id, bytes, status: 204 });
    case 'PATCH':
      checkRange(exchange.headers['content-range'], bytes);
      return accepted(call, repository, { id, bytes: bytes + (await upload.append(exchange.request)) });
    case 'PUT': {
      const digest = digestIn(call, 'digest');
      if (digest === undefined) throw new OciError('DIGEST_INVALID', 'the end of an upload names its digest');
      checkRange(exchange.headers['content-range'], bytes);
      await upload.append(exchange.request);
      await upload.commit(digest);
      return created(call, repository, digest);
    }
    case 'DELETE':
      upload.cancel();
      return exchange.send(204, {}, '');
    default:
      throw new OciError('UNSUPPORTED', `${exchange.method} is not supported here`);
  }
}
