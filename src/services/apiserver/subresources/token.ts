// The token subresource of service accounts. Source: Kubernetes API, authentication.k8s.io/v1 TokenRequest.
import type { KubeObject, ServiceAccount, TokenRequest } from '#model/kube';
import type { Core } from '../verbs/call.ts';
import { objectGet } from '../verbs/read.ts';
import type { SubresourceVerbs } from './subresource.ts';

export type RequestToken = (account: ServiceAccount, request: TokenRequest) => TokenRequest;

export function token(core: Core, requestToken: RequestToken): SubresourceVerbs {
  return {
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest' },
    async create(call, body): Promise<KubeObject> {
      const entry = objectGet(core, call);
      return requestToken(entry.index.object(entry.bytes) as ServiceAccount, body as TokenRequest);
    },
  };
}
