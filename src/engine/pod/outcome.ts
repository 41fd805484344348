// Whether a pod has run its course: every main container ended for good, or an init container failed for good.
import type { Container, Pod } from '#model/kube';
import { newestOf, type ObservedContainer, type ObservedPod, readySandbox } from './observed.ts';
import { type ContainerKind, isSidecar, willRestart } from './restart.ts';

export interface NamedContainer {
  readonly container: Container;
  readonly kind: ContainerKind;
}

/** Every container of a pod with its kind: init containers in order, main ones, ephemeral ones. */
export function containersOf(pod: Pod): NamedContainer[] {
  const inits = (pod.spec?.initContainers ?? []).map(
    (container): NamedContainer => ({ container, kind: isSidecar(container) ? 'sidecar' : 'init' }),
  );
  const mains = (pod.spec?.containers ?? []).map((container): NamedContainer => ({ container, kind: 'main' }));
  const ephemerals = (pod.spec?.ephemeralContainers ?? []).map(
    (container): NamedContainer => ({ container, kind: 'ephemeral' }),
  );
  return [...inits, ...mains, ...ephemerals];
}

function endedForGood(pod: Pod, named: NamedContainer, seen: ObservedContainer | undefined): boolean {
  if (!seen || (seen.state !== 'exited' && seen.state !== 'unknown')) return false;
  return !willRestart(pod, named.container, named.kind, seen.state === 'unknown' ? 137 : seen.exitCode);
}

/** True when no container that counts will be started any more. Sidecars and ephemeral containers do not count. */
export function hasRunItsCourse(pod: Pod, observed: ObservedPod): boolean {
  const phase = pod.status?.phase;
  if (phase === 'Succeeded' || phase === 'Failed') return true;
  const all = containersOf(pod);
  const initFailed = all.some((named) => {
    const seen = newestOf(observed, named.container.name);
    return named.kind === 'init' && seen?.exitCode !== 0 && endedForGood(pod, named, seen);
  });
  if (initFailed) return true;
  const mains = all.filter((named) => named.kind === 'main');
  if (mains.every((named) => endedForGood(pod, named, newestOf(observed, named.container.name)))) return true;
  return lostItsSandbox(pod, observed);
}

/** A pod that never restarts does not survive its sandbox once one of its containers has been made. */
function lostItsSandbox(pod: Pod, observed: ObservedPod): boolean {
  if (pod.spec?.restartPolicy !== 'Never' || readySandbox(observed)) return false;
  return observed.sandboxes.length > 0 && observed.containers.length > 0;
}
