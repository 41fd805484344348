// Finds out who a request is from, and whom it speaks for. An answer is remembered for a moment with the connection (client
// certificates) or the token, so that a busy client is not looked up anew for every request; revocation takes that long.
// Source: Kubernetes documentation, "Authenticating", "User impersonation".

import type { Clock } from '#platform/clock';
import type { Connection, HttpExchange } from '#platform/http';
import { objectError, requestError } from '../answer/errors.ts';
import type { Authenticator, Authorizer, PeerCertificate, UserInfo } from '../contract.ts';
import { IDENTITY_MS, REFUSED_SWEEP_MS, TOKENS_REMEMBERED_MAX } from './limits.ts';

const AUTHENTICATED = 'system:authenticated';
const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

interface Known {
  readonly user: UserInfo;
  readonly untilMs: number;
}

export interface Identify {
  /** The user of the connection or the token. Errors: ApiError 401. */
  authenticate(exchange: HttpExchange): UserInfo | Promise<UserInfo>;
  /** Cuts every connection whose certificate is refused now. */
  cutRefused(): void;
  close(): void;
}

interface Options {
  readonly clock: Clock;
  isRevoked?(certificate: PeerCertificate): boolean;
}

export function makeIdentify(authenticator: Authenticator, { clock, isRevoked = () => false }: Options): Identify {
  const tokens = new Map<string, Known>();
  const byCertificate = connectionsByCertificate(clock, isRevoked);
  const until = (): number => clock.monotonicMs() + IDENTITY_MS;
  const ask = async (credentials: Parameters<Authenticator['authenticate']>[0]): Promise<UserInfo> => {
    const user = await authenticator.authenticate(credentials);
    if (!user) throw requestError.unauthorized();
    return user.groups.includes(AUTHENTICATED) ? user : { ...user, groups: [...user.groups, AUTHENTICATED] };
  };
  const byToken = async (bearerToken: string): Promise<UserInfo> => {
    const user = await ask({ bearerToken });
    if (tokens.size >= TOKENS_REMEMBERED_MAX) tokens.clear();
    tokens.set(bearerToken, { user, untilMs: until() });
    return user;
  };
  return {
    authenticate(exchange) {
      const { connection, headers } = exchange;
      const { peer } = connection;
      if (peer.kind === 'verified') {
        const known = connection.memo as Known | undefined;
        if (known && known.untilMs > clock.monotonicMs()) return known.user;
        if (isRevoked(peer)) throw requestError.unauthorized();
        byCertificate.add(connection);
        const { commonName: subjectCommonName, organizations } = peer;
        return ask({ peerCertificate: { subjectCommonName, organizations } }).then((user) => {
          connection.memo = { user, untilMs: until() } satisfies Known;
          return user;
        });
      }
      const token = bearerOf(headers.authorization) ?? protocolToken(headers['sec-websocket-protocol']);
      if (token !== undefined) {
        const known = tokens.get(token);
        return known && known.untilMs > clock.monotonicMs() ? known.user : byToken(token);
      }
      if (peer.kind === 'refused' || headers.authorization !== undefined) throw requestError.unauthorized();
      return ANONYMOUS;
    },
    cutRefused: byCertificate.cutRefused,
    close: byCertificate.close,
  };
}

/** Connections that a certificate was believed on. A long answer outlives the belief, so they are looked at now and then. */
function connectionsByCertificate(clock: Clock, isRevoked: (certificate: PeerCertificate) => boolean) {
  const open = new Set<Connection>();
  const cutRefused = (): void => {
    for (const connection of open) {
      const { peer } = connection;
      if (peer.kind !== 'verified' || isRevoked(peer)) connection.destroy();
    }
  };
  let sweep = clock.after(REFUSED_SWEEP_MS, again, { background: true });
  function again(): void {
    cutRefused();
    sweep = clock.after(REFUSED_SWEEP_MS, again, { background: true });
  }
  return {
    add(connection: Connection): void {
      if (open.has(connection)) return;
      open.add(connection);
      connection.onClose(() => open.delete(connection));
    },
    cutRefused,
    close: () => sweep.cancel(),
  };
}

function bearerOf(authorization: string | undefined): string | undefined {
  const match = authorization ? /^bearer +(\S+) *$/i.exec(authorization) : null;
  return match?.[1];
}

/** Browsers cannot set headers on WebSockets; the token comes as a subprotocol there. */
function protocolToken(protocols: string | string[] | undefined): string | undefined {
  const match = protocols
    ? /base64url\.bearer\.authorization\.k8s\.io\.([A-Za-z0-9_-]+)/.exec(String(protocols))
    : null;
  return match?.[1] ? Buffer.from(match[1], 'base64url').toString('utf8') : undefined;
}

type Headers = HttpExchange['headers'];

/** The user that `user` speaks for; `user` itself without impersonation headers. Errors: ApiError 400, 403. */
export function impersonated(user: UserInfo, headers: Headers, authorizer: Authorizer): UserInfo {
  const name = single(headers['impersonate-user']);
  const groups = many(headers['impersonate-group']);
  const uid = single(headers['impersonate-uid']);
  const extra = extraOf(headers);
  if (!name) {
    if (groups.length > 0 || uid || extra)
      throw requestError.badRequest('requested impersonation without impersonating a user');
    return user;
  }
  const check = (resource: string, subject: string, { group = '', namespace = '', subresource = '' } = {}): void => {
    const attributes = { user, verb: 'impersonate', isResource: true, path: '', group, version: 'v1' };
    const wanted = { ...attributes, resource, subresource, namespace, name: subject };
    const { allowed, reason } = authorizer.authorize(wanted);
    if (!allowed) throw objectError.forbidden({ group, resource }, subject, denial(wanted, reason));
  };
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name);
  if (account) check('serviceaccounts', account[2] ?? '', { namespace: account[1] ?? '' });
  else check('users', name);
  for (const group of groups) check('groups', group);
  if (uid) check('uids', uid, { group: 'authentication.k8s.io' });
  for (const [key, values] of Object.entries(extra ?? {}))
    for (const value of values) check('userextras', value, { group: 'authentication.k8s.io', subresource: key });
  const implied =
    account && groups.length === 0 ? ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`] : [];
  const own = name === ANONYMOUS.name ? ANONYMOUS.groups : [AUTHENTICATED];
  return {
    name,
    groups: [...new Set([...groups, ...implied, ...own])],
    ...(uid ? { uid } : {}),
    ...(extra ? { extra } : {}),
  };
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function many(value: string | string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : value.split(', ');
}

function extraOf(headers: Headers): Record<string, readonly string[]> | undefined {
  let extra: Record<string, readonly string[]> | undefined;
  for (const name in headers) {
    if (!name.startsWith('impersonate-extra-')) continue;
    extra = { ...extra, [decodeURIComponent(name.slice('impersonate-extra-'.length))]: many(headers[name]) };
  }
  return extra;
}

/** Why a request is refused, in the words that clients know. */
export function denial(
  request: {
    readonly user: UserInfo;
    readonly verb: string;
    readonly group: string;
    readonly resource: string;
    readonly subresource: string;
    readonly namespace: string;
  },
  reason: string,
): string {
  const resource = request.subresource ? `${request.resource}/${request.subresource}` : request.resource;
  const scope = request.namespace ? ` in the namespace "${request.namespace}"` : ' at the cluster scope';
  const because = reason ? `: ${reason}` : '';
  return `User "${request.user.name}" cannot ${request.verb} resource "${resource}" in API group "${request.group}"${scope}${because}`;
}
