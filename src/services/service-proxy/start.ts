// Keeps the nftables rules of one machine equal to what its services need.
import { messageOf } from '#base';
import { type Client, resourceOf } from '#client';
import type { EndpointSlice, Pod, Service } from '#model/kube';
import type { Clock, Timer } from '#platform/clock';
import type { Log } from '#platform/log';
import type { Nft } from '#platform/nft';
import { GATHER_MS, RETRY_MS } from './limits.ts';
import { baseScript, EMPTY_RULESET, type Ruleset, scriptBetween, TABLE } from './ruleset.ts';
import { planServices } from './services.plan.ts';

export interface ServiceProxyOptions {
  readonly client: Client;
  readonly nodeName: string;
  /** All pods of the cluster. */
  readonly podCidr: string;
  /** Cluster addresses that this machine serves itself (DNS). */
  readonly ownAddresses: readonly string[];
  readonly nft: Nft;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ServiceProxy {
  /** Resolves when the first rules are in the kernel. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

const SERVICE_NAME = 'kubernetes.io/service-name';

function groupSlices(slices: readonly EndpointSlice[]): Map<string, EndpointSlice[]> {
  const groups = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const key = `${slice.metadata?.namespace}/${slice.metadata?.labels?.[SERVICE_NAME]}`;
    const group = groups.get(key);
    if (group) group.push(slice);
    else groups.set(key, [slice]);
  }
  return groups;
}

/** The rules stay when the proxy stops: connections must outlive it. The first pass of a new one replaces them whole. */
export function startServiceProxy(options: ServiceProxyOptions): ServiceProxy {
  const { client, clock, log, nft } = options;
  const services = client.cache(resourceOf<Service>('', 'v1', 'services'));
  const slices = client.cache(resourceOf<EndpointSlice>('discovery.k8s.io', 'v1', 'endpointslices'));
  const pods = client.cache(resourceOf<Pod>('', 'v1', 'pods'), { fieldSelector: `spec.nodeName=${options.nodeName}` });
  let inKernel: Ruleset | undefined;
  let timer: Timer | undefined;
  let running = false;
  let dirty = false;
  let stopped = false;
  const ready = Promise.withResolvers<void>();

  const wanted = (): Ruleset =>
    planServices({
      nodeName: options.nodeName,
      podCidr: options.podCidr,
      services: services.list(),
      slices: groupSlices(slices.list()),
      pods: pods.list(),
      ownAddresses: new Set(options.ownAddresses),
    });
  const apply = async (): Promise<void> => {
    const next = wanted();
    const script = inKernel
      ? scriptBetween(inKernel, next)
      : baseScript(options.podCidr) + scriptBetween(EMPTY_RULESET, next);
    if (script) await nft.apply(script);
    inKernel = next;
    ready.resolve();
  };
  const schedule = (delayMs: number): void => {
    dirty = true;
    if (timer || running || stopped) return;
    timer = clock.after(delayMs, () => void pass());
  };
  const pass = async (): Promise<void> => {
    timer = undefined;
    running = true;
    dirty = false;
    let delayMs = GATHER_MS;
    try {
      await apply();
    } catch (error) {
      log.warn('the rules for services were refused; they are written anew', { table: TABLE, error: messageOf(error) });
      inKernel = undefined;
      dirty = true;
      delayMs = RETRY_MS;
    }
    running = false;
    if (dirty) schedule(delayMs);
  };

  void Promise.all([services.synced, slices.synced, pods.synced]).then(() => {
    for (const cache of [services, slices]) cache.onChange(() => schedule(GATHER_MS));
    pods.onChange(({ object, previous }) => {
      const hasHostPort = (pod: Pod | undefined): boolean =>
        (pod?.spec?.containers ?? []).some((c) => c.ports?.some((p) => p.hostPort));
      if (hasHostPort(object) || hasHostPort(previous)) schedule(GATHER_MS);
    });
    schedule(0);
  });
  return {
    ready: ready.promise,
    stop: async () => {
      stopped = true;
      timer?.cancel();
      for (const cache of [services, slices, pods]) cache.close();
    },
  };
}
