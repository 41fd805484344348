// Serves the schemas of everything the server has, as OpenAPI v2 and v3. They are large and seldom asked for: each is made
// when somebody asks, and kept until the resources change.
import {
  openApiPathOf,
  openApiV2Document,
  openApiV2Protobuf,
  openApiV3Document,
  openApiV3Index,
  type ResourceFacts,
} from '#model/kube';
import { requestError } from '../answer/errors.ts';
import type { ResourceRegistry } from '../objects/resource-registry.ts';
import { type Document, documentOf, documentOfBytes } from './document.ts';
import type { HttpCall } from './http-call.ts';

/** Its binary form, by the names that older and newer clients give it; older ones take nothing else. */
const V2_PROTOBUF = /application\/com\.github\.proto-openapi\.spec\.v2[@.]v1\.0\+protobuf/;
const V2_PROTOBUF_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
const ONE_YEAR = 'public, immutable, max-age=31536000';

/** Serves `/openapi/v2` and `/openapi/v3`; false for other paths. */
export function makeOpenApiPaths(registry: ResourceRegistry, gitVersion: string): (http: HttpCall) => boolean {
  let generation = -1;
  const documents = new Map<string, Document>();
  const kept = (name: string, make: () => Document): Document => {
    if (generation !== registry.generation) {
      documents.clear();
      generation = registry.generation;
    }
    let document = documents.get(name);
    if (!document) {
      document = make();
      documents.set(name, document);
    }
    return document;
  };
  const cached = (name: string, make: () => object): Document => kept(name, () => documentOf(make()));
  const byPath = (): Map<string, ResourceFacts[]> =>
    Map.groupBy(registry.all(), (facts) => openApiPathOf(facts)) as Map<string, ResourceFacts[]>;
  const version3 = (path: string): Document | undefined => {
    const resources = byPath().get(path);
    return resources && cached(`v3/${path}`, () => openApiV3Document(resources, { gitVersion }));
  };
  const index = (): Document =>
    cached('v3', () =>
      openApiV3Index([...byPath().keys()].map((path) => ({ path, hash: version3(path)?.hash ?? '' }))),
    );
  const sendVersion2 = (http: HttpCall): void => {
    const make = () => openApiV2Document(registry.all(), { gitVersion });
    if (V2_PROTOBUF.test(http.exchange.headers.accept ?? '')) {
      const binary = kept('v2 protobuf', () => documentOfBytes(openApiV2Protobuf(make())));
      http.sendCacheable(binary, V2_PROTOBUF_TYPE);
      return;
    }
    if (!http.acceptsJson) throw requestError.notAcceptable(['application/json', V2_PROTOBUF_TYPE]);
    http.sendCacheable(cached('v2', make), 'application/json');
  };
  return (http) => {
    const path = http.path.path.replace(/\/$/, '');
    if (path === '/openapi/v2') {
      sendVersion2(http);
      return true;
    }
    if (path === '/openapi/v3') {
      http.sendCacheable(index(), 'application/json');
      return true;
    }
    if (!path.startsWith('/openapi/v3/')) return false;
    const document = version3(path.slice('/openapi/v3/'.length));
    if (!document) return false;
    const hashed = http.path.query.get('hash') === document.hash;
    http.sendCacheable(document, 'application/json', hashed ? { 'cache-control': ONE_YEAR } : {});
    return true;
  };
}
