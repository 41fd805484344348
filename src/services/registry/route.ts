// Reads a registry URL into what is asked of which repository.
// Source: OCI distribution-spec 1.1, table "Endpoints"; `ns` is what containerd adds when it asks a mirror.
import { isDigest, isFullRepository, isTag } from '#model/oci';
import { OciError } from './errors.ts';

export type Route =
  | { readonly kind: 'base' }
  | { readonly kind: 'catalog' }
  | { readonly kind: 'manifest'; readonly repository: string; readonly reference: string; readonly outside?: Outside }
  | { readonly kind: 'blob'; readonly repository: string; readonly digest: string; readonly outside?: Outside }
  | { readonly kind: 'uploads'; readonly repository: string }
  | { readonly kind: 'upload'; readonly repository: string; readonly id: string }
  | { readonly kind: 'tags'; readonly repository: string }
  | { readonly kind: 'referrers'; readonly repository: string; readonly digest: string };

/** The registry and repository outside that a name belongs to. */
export interface Outside {
  readonly registry: string;
  readonly repository: string;
}

const FORMS: readonly [RegExp, (name: string, rest: string) => Route | undefined][] = [
  [
    /^(.+)\/manifests\/([^/]+)$/,
    (repository, reference) =>
      isTag(reference) || isDigest(reference) ? { kind: 'manifest', repository, reference } : undefined,
  ],
  [/^(.+)\/blobs\/uploads\/?()$/, (repository) => ({ kind: 'uploads', repository })],
  [/^(.+)\/blobs\/uploads\/([^/]+)$/, (repository, id) => ({ kind: 'upload', repository, id })],
  [/^(.+)\/blobs\/([^/]+)$/, (repository, digest) => ({ kind: 'blob', repository, digest })],
  [/^(.+)\/tags\/list()$/, (repository) => ({ kind: 'tags', repository })],
  [/^(.+)\/referrers\/([^/]+)$/, (repository, digest) => ({ kind: 'referrers', repository, digest })],
];

/** `ownNames` are the hosts under which this registry itself is known.
 * Errors: OciError NAME_INVALID, DIGEST_INVALID, UNSUPPORTED. */
export function readRoute(pathname: string, ns: string | null, ownNames: ReadonlySet<string>): Route {
  if (pathname === '/v2/' || pathname === '/v2') return { kind: 'base' };
  if (pathname === '/v2/_catalog') return { kind: 'catalog' };
  const path = pathname.startsWith('/v2/') ? pathname.slice(4) : '';
  for (const [form, make] of FORMS) {
    const match = form.exec(path);
    if (!match) continue;
    const name = match[1] ?? '';
    const route = make(name, decodeURIComponent(match[2] ?? ''));
    if (!route) throw new OciError('MANIFEST_INVALID', `"${match[2]}" is neither a tag nor a digest`);
    if ('digest' in route && !isDigest(route.digest))
      throw new OciError('DIGEST_INVALID', `"${route.digest}" is not a sha256 digest`);
    return named(route, name, ns, ownNames);
  }
  throw new OciError('UNSUPPORTED', `there is nothing at ${pathname}`, 404);
}

function named<R extends Route>(route: R, name: string, ns: string | null, ownNames: ReadonlySet<string>): R {
  const foreign = ns !== null && !ownNames.has(ns);
  const repository = foreign ? `${ns}/${name}` : name;
  if (!isFullRepository(repository)) throw new OciError('NAME_INVALID', `"${repository}" is not a repository name`);
  return { ...route, repository, ...(foreign ? { outside: { registry: ns, repository: name } } : {}) };
}
