// Gives load-balanced services an address of the pool, and says which machine announces it.
import { type Client, resourceOf } from '#client';
import type { EndpointSlice, Node, Service } from '#model/kube';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import { type Controller, eventRecorder, keyOf, nameOfKey } from '#reconcile';
import { type AddressPool, addressOf, isBalanced, planAddress, planAnnouncer } from './balancer.plan.ts';

export interface LoadBalancerOptions {
  readonly client: Client;
  readonly pool: AddressPool;
  readonly clock: Clock;
  readonly log: Log;
}

/** Read by the pod network of each machine. */
const ANNOUNCED_BY = 'holdfast.dev/announced-by';
const SERVICE_NAME = 'kubernetes.io/service-name';
const SERVICES = resourceOf<Service>('', 'v1', 'services');

function openCaches(client: Client) {
  return {
    services: client.cache(SERVICES),
    nodes: client.cache(resourceOf<Node>('', 'v1', 'nodes')),
    slices: client.cache(resourceOf<EndpointSlice>('discovery.k8s.io', 'v1', 'endpointslices')),
  };
}

const readyOf = (node: Node | undefined): string | undefined =>
  node?.status?.conditions?.find((c) => c.type === 'Ready')?.status;

/** Which services a change concerns. */
function watchesOf({ services, nodes, slices }: ReturnType<typeof openCaches>): Controller['watches'] {
  const balancedKeys = (): string[] => services.list().filter(isBalanced).map(keyOf);
  return [
    {
      cache: services,
      // A service that went frees its address for one that waits.
      keys: ({ type, object }) => (type === 'deleted' ? balancedKeys() : [keyOf(object)]),
    },
    { cache: nodes, keys: ({ object, previous }) => (readyOf(object) === readyOf(previous) ? [] : balancedKeys()) },
    {
      cache: slices,
      keys: ({ object }) => {
        const { namespace = '', labels } = object.metadata ?? {};
        const service = services.get({ namespace, name: labels?.[SERVICE_NAME] ?? '' });
        const isLocal = service && isBalanced(service) && service.spec?.externalTrafficPolicy === 'Local';
        return isLocal ? [keyOf(service)] : [];
      },
    },
  ];
}

export function loadBalancerController(options: LoadBalancerOptions): Controller {
  const { client, pool } = options;
  const caches = openCaches(client);
  const { services, nodes, slices } = caches;
  const events = eventRecorder({ client, clock: options.clock, log: options.log, component: 'load-balancer' });
  const slicesOf = (namespace: string, name: string): EndpointSlice[] =>
    slices.list(namespace).filter((s) => s.metadata?.labels?.[SERVICE_NAME] === name);
  const announce = async (service: Service): Promise<void> => {
    const { namespace = '', name = '', annotations } = service.metadata ?? {};
    const present = annotations?.[ANNOUNCED_BY];
    const announcer = planAnnouncer(service, nodes.list(), slicesOf(namespace, name), present) ?? null;
    if ((present ?? null) === announcer) return;
    const body = { metadata: { annotations: { [ANNOUNCED_BY]: announcer } } };
    await client.patch(SERVICES, { namespace, name }, { type: 'merge', body });
  };
  const setIngress = async (service: Service, ingress: { ip: string; ipMode: string }[]): Promise<void> => {
    const { namespace = '', name = '' } = service.metadata ?? {};
    await client.patch(
      SERVICES,
      { namespace, name },
      { type: 'merge', body: { status: { loadBalancer: ingress.length ? { ingress } : { ingress: null } } } },
      { subresource: 'status' },
    );
  };
  const reconcile = async (key: string): Promise<undefined> => {
    const service = services.get(nameOfKey(key));
    if (!service) return;
    const present = addressOf(service);
    if (!isBalanced(service)) {
      if (present && service.spec?.type !== 'LoadBalancer' && service.metadata?.deletionTimestamp === undefined)
        await setIngress(service, []);
      return;
    }
    const others = services.list().filter((s) => s.metadata?.uid !== service.metadata?.uid);
    const decision = planAddress(service, others, pool);
    if (decision.kind === 'none') {
      events.recordEvent(SERVICES, service, { type: 'Warning', reason: decision.reason, message: decision.message });
      if (present) await setIngress(service, []);
      return;
    }
    await announce(service);
    if (present === decision.address) return;
    await setIngress(service, [{ ip: decision.address, ipMode: 'VIP' }]);
    events.recordEvent(SERVICES, service, {
      type: 'Normal',
      reason: 'AddressAssigned',
      message: `the address ${decision.address} was given out of the pool`,
    });
  };
  return {
    name: 'load-balancer',
    // One at a time: two services must not be given the same address.
    concurrency: 1,
    watches: watchesOf(caches),
    reconcile,
  };
}
