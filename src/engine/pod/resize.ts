// Resources of a running container that differ from those it was given. Source: Kubernetes, "Resize CPU and Memory Resources
// assigned to Containers" (KEP-1287).
import type { Container, Pod, ResourceRequirements } from '#model/kube';
import { newestOf, type PodView } from './observed.ts';
import { containersOf } from './outcome.ts';
import { amountsOf } from './qos.ts';

export type ResizeNeed = 'none' | 'in place' | 'restart';

export interface ResizeHeld {
  /** Infeasible: never on this node; Deferred: not now. */
  readonly reason: 'Infeasible' | 'Deferred';
  readonly message: string;
}

function changed(name: 'cpuMillis' | 'memoryBytes', a: ResourceRequirements, b: ResourceRequirements): boolean {
  return (['limits', 'requests'] as const).some((of) => amountsOf(a[of])[name] !== amountsOf(b[of])[name]);
}

export function resizeNeed(container: Container, applied: ResourceRequirements | undefined): ResizeNeed {
  if (!applied) return 'none';
  const wanted = container.resources ?? {};
  const names = [
    ...(changed('cpuMillis', wanted, applied) ? ['cpu'] : []),
    ...(changed('memoryBytes', wanted, applied) ? ['memory'] : []),
  ];
  if (names.length === 0) return 'none';
  const restarts = container.resizePolicy?.some(
    (policy) => names.includes(policy.resourceName) && policy.restartPolicy === 'RestartContainer',
  );
  return restarts ? 'restart' : 'in place';
}

/** What the running container `id` was given, as far as it is known. */
export function appliedResources(view: PodView, name: string, id: string): ResourceRequirements | undefined {
  const applied = view.memory.get(name)?.applied;
  return applied?.containerId === id ? applied.resources : undefined;
}

/** Whether a running container of the pod has other resources than it is to have. */
export function isResizing(pod: Pod, view: PodView): boolean {
  return containersOf(pod).some(({ container, kind }) => {
    if (kind !== 'main' && kind !== 'sidecar') return false;
    const seen = newestOf(view.observed, container.name);
    if (seen?.state !== 'running') return false;
    return resizeNeed(container, appliedResources(view, container.name, seen.id)) !== 'none';
  });
}
