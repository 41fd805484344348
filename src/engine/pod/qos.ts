// The quality-of-service class of a pod and the numbers its control groups get.
// Source: Kubernetes, "Pod Quality of Service Classes"; KEP-2837 (pod-level resources).
import { quantityMillis, quantityUnits } from '#base';
import type { Container, Pod, ResourceRequirements } from '#model/kube';
import { isSidecar } from './restart.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

export interface Amounts {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

const NOTHING: Amounts = { cpuMillis: 0, memoryBytes: 0 };

export function amountsOf(map: Readonly<Record<string, string | number>> | undefined): Amounts {
  return { cpuMillis: quantityMillis(map?.cpu), memoryBytes: quantityUnits(map?.memory) };
}

export function qosClassOf(pod: Pod): QosClass {
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  const podLevel = pod.spec?.resources;
  const every: (ResourceRequirements | undefined)[] =
    podLevel?.requests || podLevel?.limits ? [podLevel] : containers.map((container) => container.resources);
  const used = (r: ResourceRequirements | undefined): boolean =>
    [amountsOf(r?.requests), amountsOf(r?.limits)].some((a) => a.cpuMillis > 0 || a.memoryBytes > 0);
  if (!every.some(used)) return 'BestEffort';
  const exact = every.every((r) => {
    const limits = amountsOf(r?.limits);
    const requests = amountsOf({ ...r?.limits, ...r?.requests });
    const bounded = limits.cpuMillis > 0 && limits.memoryBytes > 0;
    return bounded && limits.cpuMillis === requests.cpuMillis && limits.memoryBytes === requests.memoryBytes;
  });
  return exact ? 'Guaranteed' : 'Burstable';
}

function plus(a: Amounts, b: Amounts): Amounts {
  return { cpuMillis: a.cpuMillis + b.cpuMillis, memoryBytes: a.memoryBytes + b.memoryBytes };
}

function most(a: Amounts, b: Amounts): Amounts {
  return { cpuMillis: Math.max(a.cpuMillis, b.cpuMillis), memoryBytes: Math.max(a.memoryBytes, b.memoryBytes) };
}

/** The sum a pod may need at one time: main containers and sidecars together, or one init container beside earlier sidecars. */
export function podAmounts(pod: Pod, of: 'requests' | 'limits'): Amounts {
  const take = (container: Container): Amounts => amountsOf(container.resources?.[of]);
  let sidecars = NOTHING;
  let initMost = NOTHING;
  for (const init of pod.spec?.initContainers ?? []) {
    if (isSidecar(init)) sidecars = plus(sidecars, take(init));
    initMost = most(initMost, isSidecar(init) ? sidecars : plus(sidecars, take(init)));
  }
  const mains = (pod.spec?.containers ?? []).map(take).reduce(plus, sidecars);
  const sum = plus(most(mains, initMost), amountsOf(pod.spec?.overhead));
  const own = pod.spec?.resources?.[of];
  return {
    cpuMillis: own?.cpu === undefined ? sum.cpuMillis : quantityMillis(own.cpu),
    memoryBytes: own?.memory === undefined ? sum.memoryBytes : quantityUnits(own.memory),
  };
}

/** Limits of a pod's own control group. 0: no limit, because a container has none. */
export function podLimits(pod: Pod): Amounts {
  const limits = podAmounts(pod, 'limits');
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  const bounded = (name: 'cpu' | 'memory'): boolean =>
    pod.spec?.resources?.limits?.[name] !== undefined ||
    containers.every((c) => c.resources?.limits?.[name] !== undefined);
  return {
    cpuMillis: bounded('cpu') ? limits.cpuMillis : 0,
    memoryBytes: bounded('memory') ? limits.memoryBytes : 0,
  };
}

/** Version 1 shares for a CPU request. */
export function cpuSharesOf(cpuMillis: number): number {
  return Math.min(262_144, Math.max(2, Math.floor((cpuMillis * 1024) / 1000)));
}

/** How readily the kernel kills a container when memory is short: -997 to 1000. */
export function oomScoreAdjOf(pod: Pod, container: Container, memoryCapacityBytes: number): number {
  const qos = qosClassOf(pod);
  if (qos === 'Guaranteed') return -997;
  if (qos === 'BestEffort') return 1000;
  const { memoryBytes } = amountsOf(container.resources?.requests);
  const score = 1000 - Math.floor((1000 * memoryBytes) / Math.max(1, memoryCapacityBytes));
  return Math.min(999, Math.max(3, score));
}
