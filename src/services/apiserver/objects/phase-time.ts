// When a volume entered its phase, where nobody says so. Source: Kubernetes API, core/v1 PersistentVolumeStatus.
import type { KubeObject, PersistentVolume } from '#model/kube';
import { rfc3339 } from '#platform/clock';
import type { ServedResource } from './served-resource.ts';

/** Sets the time of a phase that is new in `object`; a time that its writer gave stays. */
export function stampPhase(
  resource: ServedResource,
  object: KubeObject,
  old: KubeObject | undefined,
  nowMs: number,
): void {
  if (resource.prefix !== '/core/persistentvolumes/') return;
  const { status } = object as PersistentVolume;
  const before = (old as PersistentVolume | undefined)?.status;
  if (!status?.phase || status.phase === before?.phase) return;
  if (status.lastPhaseTransitionTime && status.lastPhaseTransitionTime !== before?.lastPhaseTransitionTime) return;
  (object as PersistentVolume).status = { ...status, lastPhaseTransitionTime: rfc3339(nowMs) };
}
