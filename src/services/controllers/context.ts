// What every controller gets: the client, one shared cache for each resource, indexes over them, time, log and events.
import type { Client, ObjectCache } from '#client';
import type { ControllerRevision, EndpointSlice, KubeObject, Pod, ReplicaSet } from '#model/kube';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import {
  type CacheIndex,
  type EventRecorder,
  eventRecorder,
  indexByController,
  indexCache,
  sharedCache,
} from '#reconcile';
import { builtinKinds, type Kinds } from './kinds.ts';

type ObjectOf<R> = R extends { readonly object?: infer K } ? Exclude<K, undefined> : never;

export type Caches = { readonly [Name in keyof Kinds]: ObjectCache<ObjectOf<Kinds[Name]>> };

export interface ControllerContext {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Log;
  readonly kinds: Kinds;
  readonly caches: Caches;
  readonly podsByController: ReturnType<typeof indexByController<Pod>>;
  readonly setsByController: ReturnType<typeof indexByController<ReplicaSet>>;
  readonly revisionsByController: ReturnType<typeof indexByController<ControllerRevision>>;
  readonly podsByNode: CacheIndex<Pod>;
  /** By `namespace/name` of a claim that their volumes use. */
  readonly podsByClaim: CacheIndex<Pod>;
  /** By `namespace/name` of the Service that a slice names. */
  readonly slicesByService: CacheIndex<EndpointSlice>;
  events(component: string): EventRecorder;
  close(): void;
}

export function controllerContext(options: { client: Client; clock: Clock; log: Log }): ControllerContext {
  const { client, clock, log } = options;
  const kinds = builtinKinds();
  const opened = Object.entries(kinds).map(
    ([name, of]) => [name, sharedCache(client.cache(of) as ObjectCache<KubeObject>)] as const,
  );
  const caches = Object.fromEntries(opened) as unknown as Caches;
  const podsByController = indexByController(caches.pods);
  const setsByController = indexByController(caches.replicaSets);
  const revisionsByController = indexByController(caches.revisions);
  const podsByNode = indexCache(caches.pods, (pod) => (pod.spec?.nodeName ? [pod.spec.nodeName] : []));
  const podsByClaim = indexCache(caches.pods, claimsOfPod);
  const slicesByService = indexCache(caches.endpointSlices, ({ metadata }) => {
    const service = metadata?.labels?.['kubernetes.io/service-name'];
    return service ? [`${metadata?.namespace}/${service}`] : [];
  });
  return {
    client,
    clock,
    log,
    kinds,
    caches,
    podsByController,
    setsByController,
    revisionsByController,
    podsByNode,
    slicesByService,
    podsByClaim,
    events: (component) => eventRecorder({ client, clock, log: log.child(component), component }),
    close() {
      podsByController.close();
      setsByController.close();
      revisionsByController.close();
      podsByNode.close();
      slicesByService.close();
      podsByClaim.close();
      for (const [, cache] of opened) cache.close();
    },
  };
}

function claimsOfPod({ metadata, spec }: Pod): string[] {
  return (spec?.volumes ?? []).flatMap((volume) => {
    const name = volume.ephemeral ? `${metadata?.name}-${volume.name}` : volume.persistentVolumeClaim?.claimName;
    return name ? [`${metadata?.namespace}/${name}`] : [];
  });
}
