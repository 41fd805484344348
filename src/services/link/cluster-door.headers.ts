// What a request from the hub looks like when it reaches the site's Kubernetes API: in the name of the hub's user and of nobody else.
// The site speaks with a certificate that may act for anybody, so whatever a client could say of who he is, is taken away first.
// Source: Kubernetes documentation, "User impersonation", "Authenticating" (tokens as a WebSocket subprotocol, request headers).
import type { PassedRequest } from '#platform/stream';

type Headers = PassedRequest['headers'];

/** The group of everybody who comes by the hub: roles of the site are bound to it, or to `hub:NAME`. */
export const HUB_USERS_GROUP = 'hub:users';
const USER_HEADER = 'x-holdfast-user';
const USER_NAME = /^[a-z0-9]([-a-z0-9.@_]{0,61}[a-z0-9])?$/;
/** Headers that say, or in some server could say, who asks. */
const SAYS_WHO =
  /^(authorization|cookie|forwarded|impersonate-.*|proxy-.*|x-(forwarded|holdfast|remote|client|ssl|original|real)-.*|ssl-.*|x-ssl.*)$/;
const TOKEN_PROTOCOL = /^base64url\.bearer\.authorization\.k8s\.io\./i;

/** The headers that the API is to see; undefined when the hub does not say who asks. */
export function clusterHeaders(received: Headers): Headers | undefined {
  const user = received[USER_HEADER];
  if (typeof user !== 'string' || !USER_NAME.test(user)) return undefined;
  const kept = Object.entries(received).filter(([name]) => !SAYS_WHO.test(name));
  const headers: Headers = Object.fromEntries(kept);
  const protocols = protocolsWithoutTokens(received['sec-websocket-protocol']);
  if (protocols === undefined) delete headers['sec-websocket-protocol'];
  else headers['sec-websocket-protocol'] = protocols;
  return { ...headers, 'impersonate-user': `hub:${user}`, 'impersonate-group': HUB_USERS_GROUP };
}

function protocolsWithoutTokens(protocols: string | undefined): string | undefined {
  const kept = (protocols ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !TOKEN_PROTOCOL.test(name));
  return kept.length > 0 ? kept.join(', ') : undefined;
}
