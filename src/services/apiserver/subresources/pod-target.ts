// Finds what the proxy subresources of pods and services lead to: an address in the pod network.
// Source: Kubernetes documentation, "Access Services Running on Clusters" (names as [scheme:]name[:port]).
import type { EndpointSlice, Pod, Service } from '#model/kube';
import { objectError, requestError } from '../answer/errors.ts';
import type { Core } from '../verbs/call.ts';
import { podAt } from './node-target.ts';

export interface PodTarget {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
}

interface ProxiedName {
  readonly scheme: 'http' | 'https';
  readonly name: string;
  /** Number or name; "" when not given. */
  readonly port: string;
}

/** Errors: ApiError 400. */
export function parseProxiedName(text: string): ProxiedName {
  const parts = text.split(':');
  if (parts.length === 1) return { scheme: 'http', name: text, port: '' };
  if (parts.length === 2) return { scheme: 'http', name: parts[0] ?? '', port: parts[1] ?? '' };
  const [scheme, name = '', port = ''] = parts;
  if (parts.length > 3 || (scheme !== 'http' && scheme !== 'https' && scheme !== ''))
    throw requestError.badRequest(`invalid proxied name "${text}"`);
  return { scheme: scheme === 'https' ? 'https' : 'http', name, port };
}

/** Errors: ApiError 400, 404, 503. */
export function podTarget(core: Core, namespace: string, proxied: string): PodTarget {
  const { scheme, name, port } = parseProxiedName(proxied);
  const pod: Pod = podAt(core, namespace, name);
  const host = pod.status?.podIP;
  if (!host) throw requestError.unavailable(`pod ${name} has no address yet`);
  const first = pod.spec?.containers.flatMap((container) => container.ports ?? [])[0]?.containerPort;
  return { scheme, host, port: port ? Number(port) : (first ?? (scheme === 'https' ? 443 : 80)) };
}

/** A ready endpoint of the service. Errors: ApiError 400, 404, 503. */
export function serviceTarget(core: Core, namespace: string, proxied: string): PodTarget {
  const { scheme, name, port } = parseProxiedName(proxied);
  const entry = core.store.get(`/core/services/${namespace}/${name}`);
  if (!entry) throw objectError.notFound({ group: '', resource: 'services' }, name);
  const service = entry.index.object(entry.bytes) as Service;
  const ports = service.spec?.ports ?? [];
  const wanted = port ? ports.find((p) => p.name === port || String(p.port) === port) : ports[0];
  if (!wanted || (!port && ports.length > 1))
    throw requestError.unavailable(`no endpoints available for service "${proxied}"`);
  const targets = slicesOf(core, namespace, name).flatMap((slice) => {
    const number = slice.ports?.find((p) => (p.name ?? '') === (wanted.name ?? ''))?.port;
    const ready = slice.endpoints?.filter(({ conditions }) => conditions?.ready !== false) ?? [];
    return number === undefined
      ? []
      : ready.flatMap(({ addresses }) => addresses.map((host) => ({ scheme, host, port: number })));
  });
  const chosen = targets[Math.floor(Math.random() * targets.length)];
  if (!chosen) throw requestError.unavailable(`no endpoints available for service "${proxied}"`);
  return chosen;
}

function slicesOf(core: Core, namespace: string, service: string): EndpointSlice[] {
  const listed = core.store.list({ prefix: `/discovery.k8s.io/endpointslices/${namespace}/` });
  if (listed.kind !== 'listed') return [];
  return listed.entries
    .filter((entry) => entry.index.labels['kubernetes.io/service-name'] === service)
    .map((entry) => entry.index.object(entry.bytes) as EndpointSlice);
}
