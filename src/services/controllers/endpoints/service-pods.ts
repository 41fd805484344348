// Finds the pods of a Service, and the Services of a pod, without scanning the namespace: pods are indexed by each of their
// labels, and the rarest label of a selector leads to few candidates.
import { labelsInclude } from '#base';
import type { CacheChange } from '#client';
import type { Pod, Service } from '#model/kube';
import { indexCache, keyOf } from '#reconcile';
import type { ControllerContext } from '../context.ts';

export interface ServicePods {
  podsOf(service: Service): Pod[];
  /** Keys of the Services that a change of a pod touches. */
  servicesOf(change: CacheChange<Pod>): Iterable<string>;
  close(): void;
}

export function servicePods(context: ControllerContext): ServicePods {
  const { pods, services } = context.caches;
  const place = (namespace: string | undefined, label: readonly [string, string]): string =>
    `${namespace}|${label[0]}=${label[1]}`;
  const byLabel = indexCache(pods, (pod) =>
    Object.entries(pod.metadata?.labels ?? {}).map((label) => place(pod.metadata?.namespace, label)),
  );
  const byNamespace = indexCache(services, (service) =>
    Object.keys(service.spec?.selector ?? {}).length > 0 ? [service.metadata?.namespace ?? ''] : [],
  );
  return {
    podsOf(service) {
      const selector = service.spec?.selector ?? {};
      const places = Object.entries(selector).map((label) => place(service.metadata?.namespace, label));
      const rarest = places.reduce(
        (best, next) => (byLabel.count(next) < byLabel.count(best) ? next : best),
        places[0] ?? '',
      );
      return byLabel.get(rarest).filter((pod) => labelsInclude(selector, pod.metadata?.labels));
    },
    *servicesOf(change) {
      for (const service of byNamespace.get(change.object.metadata?.namespace ?? '')) {
        const selector = service.spec?.selector;
        const now = labelsInclude(selector, change.object.metadata?.labels);
        const before = change.previous && labelsInclude(selector, change.previous.metadata?.labels);
        if (now || before) yield keyOf(service);
      }
    },
    close() {
      byLabel.close();
      byNamespace.close();
    },
  };
}

/** Whether the control plane, and not somebody's own program, keeps the endpoints of a Service. */
export function hasOwnEndpoints(service: Service): boolean {
  return Object.keys(service.spec?.selector ?? {}).length > 0 && service.spec?.type !== 'ExternalName';
}
