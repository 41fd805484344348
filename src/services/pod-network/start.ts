// Gives a machine its pod network: the CNI configuration once its range is known, routes to the pods of other machines,
// and the addresses that the machine stands for (the cluster's DNS, load balancers that are announced from here).
import { messageOf } from '#base';
import { type Client, type ObjectCache, resourceOf } from '#client';
import type { Node, Service } from '#model/kube';
import type { Clock, Timer } from '#platform/clock';
import { readTextIfPresent, writeFileAtomic } from '#platform/disk';
import type { Log } from '#platform/log';
import type { Routing } from '#platform/route';
import { CNI_FILE, cniConfig } from './cni.ts';
import { type AddressPool, planNetwork } from './network.plan.ts';

export interface PodNetworkOptions {
  readonly client: Client;
  readonly nodeName: string;
  /** The machine's link to the switch. */
  readonly device: string;
  readonly cniConfDir: string;
  readonly cniDataDir: string;
  readonly mtu: number;
  /** The pool of load-balancer addresses. */
  readonly pool: AddressPool;
  /** The cluster's DNS address, served by this machine itself. */
  readonly dnsAddress: string;
  readonly routing: Routing;
  readonly clock: Clock;
  readonly log: Log;
}

export interface PodNetwork {
  /** Resolves when pods can get addresses. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

const RETRY_MS = 1000;

/** What must hold in the namespace before any pod: forwarding, and no filtering by reverse path between pods and services. */
function prepareNamespace(routing: Routing): void {
  routing.sysctl('net/ipv4/ip_forward', '1');
  routing.sysctl('net/ipv4/conf/all/rp_filter', '0');
  routing.sysctl('net/ipv4/conf/default/rp_filter', '0');
}

async function applyNetwork(
  options: PodNetworkOptions,
  nodes: ObjectCache<Node>,
  services: ObjectCache<Service>,
): Promise<boolean> {
  const { routing } = options;
  const plan = planNetwork({
    nodeName: options.nodeName,
    nodes: nodes.list(),
    services: services.list(),
    routes: await routing.routes(),
    addresses: await routing.addresses(options.device),
    pool: options.pool,
  });
  for (const destination of plan.removeRoutes) await routing.removeRoute(destination);
  for (const [destination, gateway] of plan.setRoutes) await routing.setRoute(destination, gateway);
  for (const address of plan.removeAddresses) await routing.removeAddress(address, options.device);
  for (const address of plan.addAddresses) {
    await routing.addAddress(address, options.device);
    routing.announce(address, options.device);
  }
  if (plan.podCidr === undefined) return false;
  const file = `${options.cniConfDir}/${CNI_FILE}`;
  const wanted = cniConfig({ podCidr: plan.podCidr, dataDir: options.cniDataDir, mtu: options.mtu });
  if (readTextIfPresent(file) !== wanted) writeFileAtomic(file, wanted);
  return true;
}

export function startPodNetwork(options: PodNetworkOptions): PodNetwork {
  const { client, clock, log, routing } = options;
  const nodes = client.cache(resourceOf<Node>('', 'v1', 'nodes'));
  const services = client.cache(resourceOf<Service>('', 'v1', 'services'));
  const ready = Promise.withResolvers<void>();
  let timer: Timer | undefined;
  let running = false;
  let again = false;
  let stopped = false;
  const prepared = (async () => {
    prepareNamespace(routing);
    await routing.addAddress(options.dnsAddress, 'lo');
  })();

  const pass = async (): Promise<void> => {
    if (stopped) return;
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      await prepared;
      if (await applyNetwork(options, nodes, services)) ready.resolve();
    } catch (error) {
      log.warn('the pod network is not as it should be yet', { error: messageOf(error) });
      timer = clock.after(RETRY_MS, () => void pass());
    }
    running = false;
    if (again) {
      again = false;
      void pass();
    }
  };
  void Promise.all([nodes.synced, services.synced]).then(() => {
    nodes.onChange(({ type, object, previous }) => {
      if (
        type === 'deleted' ||
        object.spec?.podCIDR !== previous?.spec?.podCIDR ||
        JSON.stringify(object.status?.addresses) !== JSON.stringify(previous?.status?.addresses)
      )
        void pass();
    });
    services.onChange(() => void pass());
    void pass();
  });
  return {
    ready: ready.promise,
    stop: async () => {
      stopped = true;
      timer?.cancel();
      nodes.close();
      services.close();
    },
  };
}
