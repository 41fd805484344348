// The URLs of resources. Source: Kubernetes API concepts, "Resource URIs".
import type { ListOptions, Resource } from './contract.ts';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Path and query of a collection, an object, or a subresource of one. */
export function resourcePath(
  of: Resource,
  at: { readonly namespace?: string; readonly name?: string; readonly subresource?: string },
  query: Query = {},
): string {
  const root = of.group === '' ? `/api/${of.version}` : `/apis/${of.group}/${of.version}`;
  const namespace = of.namespaced && at.namespace ? `/namespaces/${encodeURIComponent(at.namespace)}` : '';
  const name = at.name ? `/${encodeURIComponent(at.name)}` : '';
  const subresource = at.subresource ? `/${at.subresource}` : '';
  return `${root}${namespace}/${of.resource}${name}${subresource}${queryText(query)}`;
}

function queryText(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  return parameters.size > 0 ? `?${parameters}` : '';
}

export function listQuery(options: ListOptions): Query {
  const { labelSelector, fieldSelector, resourceVersion, limit } = options;
  return { labelSelector, fieldSelector, resourceVersion, limit, continue: options.continue };
}
