// Defaults of a pod, and of the pod template inside every workload.
import type { Pod, PodSpec, PodTemplate, PodTemplateSpec } from '../../generated/kinds.ts';
import { defaultContainer, requestsFromLimits } from './container.ts';
import { defaultVolume } from './volume.ts';

/** What a pod and a template have in common. Source: Kubernetes API, core/v1 PodSpec. */
export function defaultPodSpec(spec: PodSpec): void {
  spec.restartPolicy ||= 'Always';
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.schedulerName ||= 'default-scheduler';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  // The deprecated name and the present one always say the same.
  if (spec.serviceAccountName || spec.serviceAccount) {
    spec.serviceAccountName ||= spec.serviceAccount;
    spec.serviceAccount = spec.serviceAccountName;
  }
  for (const container of spec.initContainers ?? []) defaultContainer(container);
  for (const container of spec.containers ?? []) defaultContainer(container);
  for (const container of spec.ephemeralContainers ?? []) defaultContainer(container);
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
}

export function defaultPodTemplate(template: PodTemplateSpec | undefined): void {
  if (template?.spec) defaultPodSpec(template.spec);
}

/** A pod's own: links to services, requests from limits, host ports of the host network. */
export function defaultPod(pod: Pod): void {
  const spec = pod.spec;
  if (!spec) return;
  defaultPodSpec(spec);
  spec.enableServiceLinks ??= true;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    requestsFromLimits(container);
    if (spec.hostNetwork) for (const port of container.ports ?? []) port.hostPort ||= port.containerPort;
  }
  if (spec.resources?.limits) {
    spec.resources.requests ??= {};
    for (const [name, limit] of Object.entries(spec.resources.limits)) spec.resources.requests[name] ??= limit;
  }
}

export function defaultPodTemplateObject(object: PodTemplate): void {
  defaultPodTemplate(object.template);
}
