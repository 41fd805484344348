// The client over HTTP/2, for processes that are not the API server's own.
import { type KubeObject, PATCH_MEDIA_TYPES, type ResourceFacts, resourceFacts } from '#model/kube';
import type { Clock } from '#platform/clock';
import { readTextIfPresent } from '#platform/disk';
import { type Http2Answer, type Http2Client, http2Client, type Patience } from '#platform/http';
import type { Log } from '#platform/log';
import type { ClientTls } from '#platform/tls';
import type {
  Client,
  ListOptions,
  ObjectList,
  ObjectName,
  Patch,
  PatchOptions,
  Resource,
  WatchHandle,
  WatchOptions,
  WriteOptions,
} from './contract.ts';
import { discoveredResources } from './discovery.ts';
import { HttpCache } from './http-cache.ts';
import { openWatch } from './http-watch.ts';
import { TOKEN_FILE_MS, WATCH_SECONDS_MIN } from './limits.ts';
import { listQuery, type Query, resourcePath } from './resource-path.ts';
import { sharedCaches } from './shared-caches.ts';
import { errorOf } from './status-error.ts';

export interface HttpClientOptions {
  /** "https://host:port" */
  readonly server: string;
  readonly caPem: string;
  readonly certPem?: string;
  readonly keyPem?: string;
  readonly token?: string;
  /** Read again now and then, since tokens in files are replaced. */
  readonly tokenFile?: string;
  /** "product/version": its product is who changes are by. */
  readonly userAgent: string;
  /** When the server counts as gone; for one that may come to stand somewhere else, less than usual. */
  readonly patience?: Patience;
  readonly clock: Clock;
  readonly log: Log;
}

export interface HttpClient extends Client {
  /** New connections identify themselves with these. */
  setCredentials(tls: ClientTls): void;
  close(): void;
}

const JSON_TYPE = 'application/json';

function makeHeaders(options: HttpClientOptions): () => Record<string, string> {
  const { clock, tokenFile, userAgent } = options;
  let token = options.token;
  let readAtMs: number | undefined;
  return () => {
    if (tokenFile && (readAtMs === undefined || clock.monotonicMs() - readAtMs >= TOKEN_FILE_MS)) {
      readAtMs = clock.monotonicMs();
      token = readTextIfPresent(tokenFile)?.trim() ?? token;
    }
    return {
      accept: JSON_TYPE,
      'user-agent': userAgent,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    };
  };
}

type Ask = <T>(method: string, path: string, body?: unknown, type?: string) => Promise<T>;

function asking(connection: Http2Client, headers: () => Record<string, string>): Ask {
  return async <T>(method: string, path: string, body?: unknown, type = JSON_TYPE): Promise<T> => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const typed = body === undefined ? headers() : { ...headers(), 'content-type': type };
    const answer: Http2Answer = await connection.request({ method, path, headers: typed, ...sent });
    const text = answer.body.toString('utf8');
    if (answer.status >= 300) throw errorOf(answer.status, text);
    return JSON.parse(text) as T;
  };
}

async function listed(ask: Ask, of: Resource, scope: ListOptions): Promise<ObjectList<KubeObject>> {
  interface Listed {
    readonly items?: KubeObject[];
    readonly metadata: {
      readonly resourceVersion: string;
      readonly continue?: string;
      readonly remainingItemCount?: number;
    };
  }
  const path = resourcePath(of, { namespace: scope.namespace }, listQuery(scope));
  const { items = [], metadata } = await ask<Listed>('GET', path);
  return {
    // Items of a list do not say what they are; whoever gets one alone wants to know.
    items: items.map((item) => ({ apiVersion: apiVersionOf(of), kind: of.kind, ...item })),
    resourceVersion: metadata.resourceVersion,
    ...(metadata.continue ? { continue: metadata.continue } : {}),
    ...(metadata.remainingItemCount ? { remainingItemCount: metadata.remainingItemCount } : {}),
  };
}

const writeQuery = ({ fieldManager, dryRun }: WriteOptions): Query => ({
  fieldManager,
  dryRun: dryRun ? 'All' : undefined,
});

export function httpClient(options: HttpClientOptions): HttpClient {
  const { server, caPem, certPem, keyPem, patience, clock, log } = options;
  const connection = http2Client({
    origin: server,
    tls: { caPem, certPem, keyPem },
    clock,
    ...(patience && { patience }),
  });
  const headers = makeHeaders(options);
  const ask = asking(connection, headers);
  const caches = sharedCaches();

  const watch = (of: Resource, scope: WatchOptions): WatchHandle => {
    const query: Query = {
      ...listQuery(scope),
      watch: true,
      allowWatchBookmarks: true,
      timeoutSeconds: Math.round(WATCH_SECONDS_MIN * (1 + Math.random())),
    };
    const path = resourcePath(of, { namespace: scope.namespace }, query);
    return openWatch(connection, { path, headers: headers() }, scope);
  };

  const list = (of: Resource, scope: ListOptions = {}) => listed(ask, of, scope);

  const client = {
    get: (of: Resource, at: ObjectName, { subresource }: { subresource?: string } = {}) =>
      ask('GET', resourcePath(of, { ...at, subresource })),
    list,
    create(of: Resource, object: KubeObject, how: WriteOptions & { name?: string } = {}) {
      const { subresource } = how;
      const at = { namespace: object.metadata?.namespace, name: subresource ? how.name : undefined, subresource };
      return ask('POST', resourcePath(of, at, writeQuery(how)), typed(of, object, how));
    },
    update(of: Resource, object: KubeObject, how: WriteOptions = {}) {
      const { namespace, name } = object.metadata ?? {};
      const path = resourcePath(of, { namespace, name, subresource: how.subresource }, writeQuery(how));
      return ask('PUT', path, typed(of, object, how));
    },
    patch(of: Resource, at: ObjectName, { type, body }: Patch, how: PatchOptions = {}) {
      const manager = how.fieldManager ?? (type === 'apply' ? options.userAgent.split('/')[0] : undefined);
      const query = { ...writeQuery(how), fieldManager: manager, force: how.force };
      const path = resourcePath(of, { ...at, subresource: how.subresource }, query);
      return ask('PATCH', path, body, PATCH_MEDIA_TYPES[type]);
    },
    async delete(of: Resource, at: ObjectName, how: Parameters<Client['delete']>[2] = {}) {
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...how };
      await ask('DELETE', resourcePath(of, at), body);
    },
    createSub: <T>(of: Resource, at: ObjectName, subresource: string, body: T) =>
      ask<T>('POST', resourcePath(of, { ...at, subresource }), body),
    watch,
    cache(of: Resource, scope: Parameters<Client['cache']>[1] = {}) {
      const path = resourcePath(of, { namespace: scope.namespace });
      const what = `${path}?${scope.labelSelector ?? ''}&${scope.fieldSelector ?? ''}`;
      const source = {
        what,
        list: (page: object) => list(of, { ...scope, ...page }),
        watch: (from: object) => watch(of, { ...scope, ...from } as WatchOptions),
      };
      return caches.get(what, () => new HttpCache(source, { clock, log }));
    },
    resources: () => discoveredResources((path) => ask('GET', path), resourceFacts as readonly ResourceFacts[]),
    setCredentials: (tls: ClientTls) => connection.setTls(tls),
    close() {
      caches.close();
      connection.close();
    },
  };
  // The interface gives every object the type that its resource names; the server answers with that type.
  return client as unknown as HttpClient;
}

function apiVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The object with its apiVersion and kind, unless it is of another kind (a subresource's). */
function typed(of: Resource, object: KubeObject, how: WriteOptions): KubeObject {
  if (object.kind || how.subresource === 'scale') return object;
  return { apiVersion: apiVersionOf(of), kind: of.kind, ...object };
}
