// The way of every request: who asks, whom for, whether it may, and then the one who serves it.
// Source: Kubernetes documentation, "Controlling Access to the Kubernetes API".
import type { HttpExchange, Upgrade } from '#platform/http';
import { objectError, requestError } from '../answer/errors.ts';
import { isBug, statusOf } from '../answer/status.ts';
import type { Authorizer, UserInfo } from '../contract.ts';
import type { ServerMetrics } from '../metrics/metrics.ts';
import type { ResourceRegistry } from '../objects/resource-registry.ts';
import type { ServedResource } from '../objects/served-resource.ts';
import type { Call, Core } from '../verbs/call.ts';
import type { Accepted } from './accept.ts';
import { type Audited, type AuditSink, auditedRequest } from './audit.ts';
import { HttpCall } from './http-call.ts';
import { denial, type Identify, impersonated } from './identify.ts';
import { parseRequestPath, type RequestPath } from './request-path.ts';

export interface PipelineParts {
  readonly core: Core;
  readonly identify: Identify;
  readonly authorizer: Authorizer;
  readonly metrics: ServerMetrics;
  readonly accept: (header: string | undefined) => Accepted | undefined;
  /** Told of what people change. */
  readonly audit?: AuditSink;
  /** Serves a request on a resource or one of its subresources. */
  resource(http: HttpCall, call: Call): void | Promise<void>;
  /** Serves every other path. */
  other(http: HttpCall): void | Promise<void>;
}

const NO_ATTRIBUTES = { group: '', version: '', resource: '', subresource: '', namespace: '', name: '' };

/** Serves one request; never throws. */
export function makePipeline(parts: PipelineParts): (exchange: HttpExchange, upgrade?: Upgrade) => void {
  const { core, identify, authorizer } = parts;

  const serve = (
    exchange: HttpExchange,
    upgrade: Upgrade | undefined,
    path: RequestPath,
    { user: authenticated, audited }: { user: UserInfo; audited: Audited | undefined },
  ): void | Promise<void> => {
    const user = impersonated(authenticated, exchange.headers, authorizer);
    audited?.actsAs(user);
    const accepted = parts.accept(exchange.headers.accept);
    const http = new HttpCall({ exchange, path, user, accepted, upgrade, named: audited?.named });
    authorize(authorizer, user, path);
    if (!path.isResource) return parts.other(http);
    const resource = servedResource(core.registry, path);
    const { namespace, name, subresource } = path;
    const scoped = resource.facts.namespaced ? namespace : '';
    const named = path.verb === 'list' || path.verb === 'watch' || path.verb === 'deletecollection' ? '' : name;
    return parts.resource(http, {
      user,
      resource,
      subresource,
      namespace: scoped,
      name: named,
      warn: (message) => http.warn(message),
    });
  };

  return (exchange, upgrade) => {
    exchange.setHeader('audit-id', crypto.randomUUID());
    let audited: Audited | undefined;
    const known = (path: RequestPath, user: UserInfo): void | Promise<void> => {
      audited = parts.audit && auditedRequest(parts.audit, { exchange, path, user });
      return serve(exchange, upgrade, path, { user, audited });
    };
    const failed = (error: unknown): void => answerError(core, exchange, { error, audited });
    try {
      const path = parseRequestPath(exchange.method, exchange.url);
      if (!path) throw requestError.badRequest('the path cannot be decoded');
      observed(parts, exchange, path);
      const user = identify.authenticate(exchange);
      const pending = user instanceof Promise ? user.then((one) => known(path, one)) : known(path, user);
      if (pending) pending.catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}

function observed({ metrics, core }: PipelineParts, exchange: HttpExchange, path: RequestPath): void {
  const { verb, group, version, subresource } = path;
  // Names that only a client made up would fill the memory: what is not served is counted as nothing.
  const known = path.isResource && core.registry.find(group, version, path.resource) !== undefined;
  const named = known ? { group, version, resource: path.resource, subresource } : NO_ATTRIBUTES;
  const beganMs = core.clock.monotonicMs();
  metrics.requestBegan();
  exchange.onClose(() => {
    const seconds = (core.clock.monotonicMs() - beganMs) / 1000;
    metrics.requestEnded({ ...named, verb: known ? verb : 'other', code: exchange.status, seconds });
  });
}

function authorize(authorizer: Authorizer, user: UserInfo, path: RequestPath): void {
  const { verb, isResource } = path;
  if (!isResource) {
    const { allowed, reason } = authorizer.authorize({ user, verb, isResource, path: path.path, ...NO_ATTRIBUTES });
    if (allowed) return;
    const because = reason ? `: ${reason}` : '';
    throw requestError.forbidden(`forbidden: User "${user.name}" cannot ${verb} path "${path.path}"${because}`);
  }
  const { group, version, resource, subresource, namespace, name } = path;
  const request = { user, verb, isResource, path: path.path, group, version, resource, subresource, namespace, name };
  const { allowed, reason } = authorizer.authorize(request);
  if (!allowed) throw objectError.forbidden({ group, resource }, name, denial(request, reason));
}

/** Errors: ApiError 404. */
function servedResource(registry: ResourceRegistry, path: RequestPath): ServedResource {
  const { resource, version, group, namespace, subresource } = path;
  const served = registry.find(group, version, resource);
  // A path under a namespace names nothing that is cluster-scoped, but the namespace itself.
  if (!served || (namespace && !served.facts.namespaced && resource !== 'namespaces')) throw requestError.notFound();
  if (subresource && !served.facts.subresources?.some((sub) => sub.name === subresource)) throw requestError.notFound();
  return served;
}

/** A refusal to a person is answered when the audit record of it is on the disk, or is known not to get there. */
function answerError(core: Core, exchange: HttpExchange, of: { error: unknown; audited: Audited | undefined }): void {
  const { error, audited } = of;
  const status = statusOf(error);
  if (isBug(error)) core.log.error('a request met a bug', { method: exchange.method, url: exchange.url, error });
  const retryAfter = (status.details as { retryAfterSeconds?: number } | undefined)?.retryAfterSeconds;
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-cache, private',
    ...(retryAfter ? { 'retry-after': retryAfter } : {}),
    ...(status.code === 401 ? { 'www-authenticate': 'Bearer realm="kubernetes-master"' } : {}),
  };
  const send = (): void => exchange.send(status.code, headers, JSON.stringify(status));
  if (audited && status.code === 403) void audited.refused(status).then(send);
  else send();
}
