// Serves one request of the distribution-spec: who may, what is asked, and the handler that answers.
import type { HttpExchange } from '#platform/http';
import type { Log } from '#platform/log';
import { type Account, accountOf } from './accounts.ts';
import { answerBlob, answerBlobDelete } from './blobs.handler.ts';
import { OciError, ociAnswer } from './errors.ts';
import { answerCatalog, answerReferrers, answerTags } from './lists.handler.ts';
import { answerManifest, answerManifestDelete, answerManifestPut } from './manifests.handler.ts';
import type { RegistryParts } from './parts.ts';
import { type Route, readRoute } from './route.ts';
import { answerUpload, answerUploads } from './uploads.handler.ts';

export interface Call {
  readonly exchange: HttpExchange;
  readonly parts: RegistryParts;
  readonly query: URLSearchParams;
}

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

function handle(route: Route, call: Call): Promise<void> | void {
  const { method } = call.exchange;
  const reads = READS.has(method);
  switch (route.kind) {
    case 'base':
      if (reads) return call.exchange.send(200, { 'content-type': 'application/json' }, '{}');
      break;
    case 'catalog':
      if (reads) return answerCatalog(call);
      break;
    case 'tags':
      if (reads) return answerTags(call, route.repository);
      break;
    case 'referrers':
      if (reads) return answerReferrers(call, route.repository, route.digest);
      break;
    case 'manifest':
      if (reads) return answerManifest(call, route);
      if (method === 'PUT') return answerManifestPut(call, route);
      if (method === 'DELETE') return answerManifestDelete(call, route);
      break;
    case 'blob':
      if (reads) return answerBlob(call, route);
      if (method === 'DELETE') return answerBlobDelete(call, route.digest);
      break;
    case 'uploads':
      if (method === 'POST') return answerUploads(call, route.repository);
      break;
    case 'upload':
      return answerUpload(call, route.repository, route.id);
  }
  throw new OciError('UNSUPPORTED', `${method} is not supported here`);
}

function authorize(account: Account | undefined, method: string, realm: string, exchange: HttpExchange): void {
  if (!account) {
    exchange.setHeader('www-authenticate', `Basic realm="${realm}"`);
    throw new OciError('UNAUTHORIZED', 'user and password are needed; see "holdfast registry credentials"');
  }
  if (!READS.has(method) && account.may !== 'push')
    throw new OciError('DENIED', `the user ${account.user} may only pull`);
}

/** Answers an exchange, whatever happens. */
export async function serveExchange(exchange: HttpExchange, parts: RegistryParts, log: Log): Promise<void> {
  try {
    const url = new URL(exchange.url, 'https://registry');
    exchange.setHeader('docker-distribution-api-version', 'registry/2.0');
    authorize(accountOf(exchange.headers.authorization, parts.accounts), exchange.method, parts.realm, exchange);
    const route = readRoute(url.pathname, url.searchParams.get('ns'), parts.ownNames());
    await handle(route, { exchange, parts, query: url.searchParams });
  } catch (error) {
    const { status, body } = ociAnswer(error);
    if (status >= 500)
      log.warn('a request failed', { method: exchange.method, path: exchange.url.split('?')[0], status, error });
    if (exchange.answered) exchange.response.destroy();
    else exchange.send(status, { 'content-type': 'application/json' }, body);
  }
}
