// Gives a pod what its runtime class says of it: overhead, and which nodes have it. Source: Kubernetes documentation,
// "Runtime Class", "Pod Overhead".
import { sameJson } from '#base';
import type { Pod, RuntimeClass } from '#model/kube';
import type { AdmissionPlugin, AdmissionRequest } from '../contract.ts';
import type { AdmissionLookups } from './admission-lookups.ts';
import { created, forbid } from './refusal.ts';

function applyOverhead(
  request: AdmissionRequest,
  spec: NonNullable<Pod['spec']>,
  runtime: RuntimeClass | undefined,
): void {
  const overhead = runtime?.overhead?.podFixed;
  if (spec.overhead !== undefined && !sameJson(spec.overhead, overhead ?? {}))
    forbid(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  if (overhead) spec.overhead = { ...overhead };
}

function applyScheduling(request: AdmissionRequest, spec: NonNullable<Pod['spec']>, runtime: RuntimeClass): void {
  for (const [key, value] of Object.entries(runtime.scheduling?.nodeSelector ?? {})) {
    const own = spec.nodeSelector?.[key];
    if (own !== undefined && own !== value)
      forbid(
        request,
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`,
      );
    spec.nodeSelector = { ...spec.nodeSelector, [key]: value };
  }
  for (const toleration of runtime.scheduling?.tolerations ?? [])
    if (!spec.tolerations?.some((own) => sameJson(own, toleration)))
      spec.tolerations = [...(spec.tolerations ?? []), structuredClone(toleration)];
}

export function runtimeClass(lookups: Pick<AdmissionLookups, 'runtimeClass'>): AdmissionPlugin {
  return {
    name: 'RuntimeClass',
    mutate(request) {
      const spec = created<Pod>(request, '', 'pods')?.spec;
      if (!spec) return;
      const name = spec.runtimeClassName;
      const runtime = name ? lookups.runtimeClass(name) : undefined;
      if (name && !runtime) forbid(request, `pod rejected: RuntimeClass "${name}" not found`);
      applyOverhead(request, spec, runtime);
      if (runtime) applyScheduling(request, spec, runtime);
    },
  };
}
