// The list of subresources that are not streams.
import type { Core } from '../verbs/call.ts';
import { binding } from './binding.ts';
import { eviction } from './eviction.ts';
import { sameObject, updateOnly } from './same-object.ts';
import { scale } from './scale.ts';
import { makeSubresources, type Subresources } from './subresource.ts';
import { type RequestToken, token } from './token.ts';

export function allSubresources(core: Core, requestToken: RequestToken): Subresources {
  const same = sameObject(core);
  return makeSubresources(
    new Map([
      ['*/status', same],
      ['*/scale', scale(core)],
      ['/namespaces/finalize', updateOnly(core)],
      ['/pods/ephemeralcontainers', same],
      ['/pods/resize', same],
      ['certificates.k8s.io/certificatesigningrequests/approval', same],
      ['/pods/binding', binding(core)],
      ['/pods/eviction', eviction(core)],
      ['/serviceaccounts/token', token(core, requestToken)],
    ]),
  );
}
