// Image references: reading "nginx", "host:5000/team/app:1.2@sha256:..." into registry, repository, tag and digest.
// Source: OCI distribution-spec 1.1 section "Pulling manifests"; short names resolve as Kubernetes resolves them.

export interface ImageReference {
  /** Registry host with port, e.g. "docker.io". */
  readonly registry: string;
  /** Path under the registry, e.g. "library/nginx". */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const REPOSITORY = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const REPOSITORY_MAX = 255;

const isRepository = (text: string): boolean => text.length <= REPOSITORY_MAX && REPOSITORY.test(text);
/** A registry host and a repository under it, as one path: "docker.io/library/nginx", "10.0.0.1:5000/app". */
export const isFullRepository = (text: string): boolean => {
  const slash = text.indexOf('/');
  return (
    isRepository(text) ||
    (slash > 0 &&
      /^[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]+)?$/.test(text.slice(0, slash)) &&
      isRepository(text.slice(slash + 1)))
  );
};
export const isTag = (text: string): boolean => TAG.test(text);
export const isDigest = (text: string): boolean => DIGEST.test(text);

/** Undefined when the text is no reference. Without tag and digest the tag is "latest". */
export function parseReference(text: string): ImageReference | undefined {
  const [named = '', digest, more] = text.split('@');
  if (more !== undefined || (digest !== undefined && !isDigest(digest))) return undefined;
  const slash = named.indexOf('/');
  const head = slash < 0 ? '' : named.slice(0, slash);
  const hasHost = head.includes('.') || head.includes(':') || head === 'localhost';
  const path = hasHost ? named.slice(slash + 1) : named;
  const colon = path.lastIndexOf(':');
  const tag = colon > path.lastIndexOf('/') ? path.slice(colon + 1) : undefined;
  let repository = tag === undefined ? path : path.slice(0, colon);
  const registry = hasHost ? (head === 'index.docker.io' ? 'docker.io' : head) : 'docker.io';
  if (registry === 'docker.io' && !repository.includes('/')) repository = `library/${repository}`;
  if (!isRepository(repository) || (tag !== undefined && !isTag(tag))) return undefined;
  return {
    registry,
    repository,
    ...(tag !== undefined ? { tag } : digest === undefined ? { tag: 'latest' } : {}),
    ...(digest !== undefined ? { digest } : {}),
  };
}

/** The full name: "docker.io/library/nginx:1.27". */
export function referenceText(reference: ImageReference): string {
  return `${reference.registry}/${reference.repository}${reference.tag ? `:${reference.tag}` : ''}${reference.digest ? `@${reference.digest}` : ''}`;
}
