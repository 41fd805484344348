// What may change in a pod once it exists: images, a shorter deadline, more tolerations, gates removed; nothing else of its spec.
// Source: Kubernetes concept page "Pods", "Pod update and replacement".
import type { Container, Pod, PodSpec, Toleration } from '../../generated/kinds.ts';
import { semanticEqual } from '../../strategy/semantic.ts';
import type { Findings } from '../finding.ts';
import { validatePod } from './pod.ts';

const ALLOWED =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

function withImagesOf(containers: Container[] | undefined, of: Container[] | undefined): Container[] | undefined {
  return containers?.map((container, i) => ({ ...container, image: of?.[i]?.image }));
}

function onlyAdded(now: Toleration[] | undefined, before: Toleration[] | undefined): boolean {
  return (before ?? []).every((toleration) =>
    (now ?? []).some((candidate) =>
      semanticEqual({ ...candidate, tolerationSeconds: 0 }, { ...toleration, tolerationSeconds: 0 }),
    ),
  );
}

function validateDeadline(now: number | undefined, before: number | undefined, to: Findings): void {
  if (before === undefined || now === before) return;
  if (now === undefined)
    to.invalid('spec.activeDeadlineSeconds', now, 'must not update from a positive integer to nil value');
  else if (now > before) to.invalid('spec.activeDeadlineSeconds', now, `must be less than or equal to previous value`);
}

function validateGates(now: PodSpec, before: PodSpec, to: Findings): void {
  const known = new Set(before.schedulingGates?.map((gate) => gate.name));
  const added = (now.schedulingGates ?? []).filter((gate) => !known.has(gate.name));
  if (added.length)
    to.forbidden(
      'spec.schedulingGates',
      `only deletion is allowed, but found new scheduling gates '${added.map((gate) => gate.name).join(', ')}'`,
    );
}

export function validatePodUpdate(pod: Pod, old: Pod, to: Findings): void {
  validatePod(pod, to);
  const { spec: now } = pod;
  const { spec: before } = old;
  if (!now || !before) return;
  if (
    now.containers?.length !== before.containers?.length ||
    now.initContainers?.length !== before.initContainers?.length
  ) {
    to.forbidden('spec.containers', 'pod updates may not add or remove containers');
    return;
  }
  validateDeadline(now.activeDeadlineSeconds, before.activeDeadlineSeconds, to);
  validateGates(now, before, to);
  if (!onlyAdded(now.tolerations, before.tolerations))
    to.forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds');
  const gated = Boolean(before.schedulingGates?.length);
  const masked: PodSpec = {
    ...now,
    containers: withImagesOf(now.containers, before.containers) ?? [],
    initContainers: withImagesOf(now.initContainers, before.initContainers),
    activeDeadlineSeconds: before.activeDeadlineSeconds,
    tolerations: before.tolerations,
    schedulingGates: before.schedulingGates,
    ephemeralContainers: before.ephemeralContainers,
    // A pod that waits at a gate may still be told where to go.
    ...(gated ? { nodeSelector: before.nodeSelector, affinity: before.affinity } : {}),
  };
  if (now.terminationGracePeriodSeconds === 1 && (before.terminationGracePeriodSeconds ?? 0) < 0)
    masked.terminationGracePeriodSeconds = before.terminationGracePeriodSeconds;
  if (!semanticEqual(masked, before)) to.forbidden('spec', ALLOWED);
  if (!semanticEqual(now.ephemeralContainers, before.ephemeralContainers))
    to.forbidden('spec.ephemeralContainers', 'may only be changed through the ephemeralcontainers subresource');
}

/** Ephemeral containers are only ever added. */
export function validateEphemeralUpdate(pod: Pod, old: Pod, to: Findings): void {
  validatePod(pod, to);
  const now = new Map(pod.spec?.ephemeralContainers?.map((container) => [container.name, container]));
  old.spec?.ephemeralContainers?.forEach((before, i) => {
    const same = now.get(before.name);
    if (!same)
      to.forbidden(
        'spec.ephemeralContainers',
        `existing ephemeral containers ${JSON.stringify(before.name)} may not be removed\n`,
      );
    else if (!semanticEqual(same, before))
      to.forbidden(
        `spec.ephemeralContainers[${i}]`,
        `existing ephemeral containers ${JSON.stringify(before.name)} may not be changed\n`,
      );
  });
}

export function validateResizeUpdate(pod: Pod, _old: Pod, to: Findings): void {
  validatePod(pod, to);
  if (pod.spec?.os?.name === 'windows') to.forbidden('spec.os', 'windows pods cannot be resized');
}

/** A pod's place is decided once, and its quality class never changes. */
export function validatePodStatusUpdate(pod: Pod, old: Pod, to: Findings): void {
  const { qosClass } = pod.status ?? {};
  if (old.status?.qosClass && qosClass && qosClass !== old.status.qosClass)
    to.invalid('status.qosClass', qosClass, 'Pod QoS is immutable');
  const phases = ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'];
  const phase = pod.status?.phase;
  if (phase && !phases.includes(phase)) to.notSupported('status.phase', phase, phases);
}
