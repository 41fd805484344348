// Keeps the service "kubernetes" and its endpoint: how pods find the API.
// Source: Kubernetes documentation, "Accessing the API from a Pod".
import { cidrParse, ipv4Text, messageOf, present, sameJson } from '#base';
import type { Client, Resource } from '#client';
import { ApiError, resourceOf } from '#client';
import type { EndpointSlice, Endpoints, KubeObject, Service } from '#model/kube';
import type { Clock, Timer } from '#platform/clock';
import type { Log } from '#platform/log';

const NAMESPACE = 'default';
const NAME = 'kubernetes';
const KEEP_EVERY_MS = 10_000;

export interface KubernetesServiceOptions {
  readonly serviceCidr: string;
  readonly advertise: { readonly host: string; readonly port: number };
}

/** The address of the service: the first of the range. */
function kubernetesServiceAddress(serviceCidr: string): string {
  return ipv4Text(present(cidrParse(serviceCidr), 'the service range is an IPv4 range').first + 1);
}

function service({ serviceCidr, advertise }: KubernetesServiceOptions): Service {
  return {
    metadata: { name: NAME, namespace: NAMESPACE, labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      type: 'ClusterIP',
      clusterIP: kubernetesServiceAddress(serviceCidr),
      sessionAffinity: 'None',
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: advertise.port }],
    },
  };
}

function endpoints({ advertise }: KubernetesServiceOptions): Endpoints {
  return {
    metadata: {
      name: NAME,
      namespace: NAMESPACE,
      labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
    },
    subsets: [
      { addresses: [{ ip: advertise.host }], ports: [{ name: 'https', port: advertise.port, protocol: 'TCP' }] },
    ],
  };
}

function endpointSlice({ advertise }: KubernetesServiceOptions): EndpointSlice {
  return {
    metadata: { name: NAME, namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': NAME } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [advertise.host], conditions: { ready: true } }],
    ports: [{ name: 'https', port: advertise.port, protocol: 'TCP' }],
  };
}

/** Creates the object, or makes the named parts of it right. */
async function settle<K extends KubeObject>(
  client: Client,
  of: Resource<K>,
  wanted: K,
  parts: (keyof K)[],
): Promise<void> {
  const at = { namespace: NAMESPACE, name: NAME };
  try {
    const found = await client.get(of, at);
    if (parts.every((part) => sameJson(found[part], wanted[part]))) return;
    await client.update(of, { ...found, ...Object.fromEntries(parts.map((part) => [part, wanted[part]])) });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 404) throw error;
    await client.create(of, wanted);
  }
}

/** One look at the service and its endpoints. `client` may do everything. */
export async function settleKubernetesService(client: Client, options: KubernetesServiceOptions): Promise<void> {
  const slices = resourceOf<EndpointSlice>('discovery.k8s.io', 'v1', 'endpointslices');
  await settle(client, resourceOf<Service>('', 'v1', 'services'), service(options), []);
  await settle(client, resourceOf<Endpoints>('', 'v1', 'endpoints'), endpoints(options), ['subsets']);
  await settle(client, slices, endpointSlice(options), ['endpoints', 'ports']);
}

/** Looks again and again, so that a deleted service comes back. */
export function keepKubernetesService(
  client: Client,
  options: KubernetesServiceOptions & { readonly clock: Clock; readonly log: Log },
): { stop(): void } {
  const { clock, log } = options;
  let stopped = false;
  let timer: Timer;
  const again = (): void => {
    if (stopped) return;
    timer = clock.after(
      KEEP_EVERY_MS,
      () => {
        settleKubernetesService(client, options)
          .catch((error) => log.warn('the service of the API cannot be kept', { error: messageOf(error) }))
          .finally(again);
      },
      { background: true },
    );
  };
  again();
  return {
    stop: () => {
      stopped = true;
      timer.cancel();
    },
  };
}
