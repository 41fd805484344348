// Serves what the server has: groups, versions and resources, in the old form and in the aggregated one.
// Source: Kubernetes documentation, "The Kubernetes API", "Discovery API".
import {
  aggregatedDiscoveryDocument,
  apiGroupDocument,
  apiGroupListDocument,
  apiResourceListDocument,
  apiVersionsDocument,
} from '#model/kube';
import type { ResourceRegistry } from '../objects/resource-registry.ts';
import { type Document, documentOf } from './document.ts';
import type { HttpCall } from './http-call.ts';

/** Makes each document when it is first asked for, and again when the resources change. */
function documentCache(
  registry: ResourceRegistry,
): (name: string, make: () => object | undefined) => Document | undefined {
  let generation = -1;
  const known = new Map<string, Document | undefined>();
  return (name, make) => {
    if (generation !== registry.generation) {
      known.clear();
      generation = registry.generation;
    }
    if (known.has(name)) return known.get(name);
    const value = make();
    const document = value && documentOf(value);
    // Names that lead nowhere are not remembered: there is no end of them.
    if (document) known.set(name, document);
    return document;
  };
}

/** Serves `/api`, `/apis` and everything of discovery below; false for other paths. */
export function makeDiscoveryPaths(registry: ResourceRegistry, serverAddress: string): (http: HttpCall) => boolean {
  const cached = documentCache(registry);
  const aggregated = (http: HttpCall, part: 'core' | 'groups'): boolean => {
    const { parameters } = http.accepted;
    if (parameters.g !== 'apidiscovery.k8s.io' || parameters.as !== 'APIGroupDiscoveryList') return false;
    const version = parameters.v === 'v2beta1' ? 'v2beta1' : 'v2';
    const document = cached(`aggregated/${part}/${version}`, () =>
      aggregatedDiscoveryDocument(registry.all(), { part, version }),
    );
    const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
    return answer(http, document, type, { vary: 'Accept' });
  };
  return (http) => {
    const parts = http.path.path.split('/').filter((part) => part !== '');
    const [root, group = '', version] = parts;
    if (root !== 'api' && root !== 'apis') return false;
    const name = parts.join('/');
    const list = (of: { group: string; version: string }): boolean =>
      answer(
        http,
        cached(name, () => apiResourceListDocument(registry.all(), of)),
      );
    if (root === 'api') {
      if (parts.length === 1)
        return (
          aggregated(http, 'core') ||
          answer(
            http,
            cached(name, () => apiVersionsDocument(serverAddress)),
          )
        );
      return parts.length === 2 && list({ group: '', version: group });
    }
    if (parts.length === 1)
      return (
        aggregated(http, 'groups') ||
        answer(
          http,
          cached(name, () => apiGroupListDocument(registry.all())),
        )
      );
    if (parts.length === 2)
      return answer(
        http,
        cached(name, () => apiGroupDocument(registry.all(), group)),
      );
    return parts.length === 3 && version !== undefined && list({ group, version });
  };
}

function answer(
  http: HttpCall,
  document: Document | undefined,
  contentType = 'application/json',
  headers: Record<string, string> = {},
): boolean {
  if (!document) return false;
  http.sendCacheable(document, contentType, { 'cache-control': 'public', ...headers });
  return true;
}
