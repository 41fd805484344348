// When metadata.generation moves: with every change of what an object asks for, never with its status.
import type { KubeObject, ResourceFacts } from '../facts.ts';
import { semanticEqual } from './semantic.ts';

/** Kinds that count generations, by "group/resource". Custom resources always do. */
const COUNTED: ReadonlySet<string> = new Set([
  '/pods',
  '/podtemplates',
  '/replicationcontrollers',
  'apps/daemonsets',
  'apps/deployments',
  'apps/replicasets',
  'apps/statefulsets',
  'batch/cronjobs',
  'batch/jobs',
  'discovery.k8s.io/endpointslices',
  'networking.k8s.io/ingressclasses',
  'networking.k8s.io/ingresses',
  'networking.k8s.io/networkpolicies',
  'policy/poddisruptionbudgets',
  'scheduling.k8s.io/priorityclasses',
  'storage.k8s.io/csidrivers',
  'resource.k8s.io/deviceclasses',
  'resource.k8s.io/resourceslices',
  'flowcontrol.apiserver.k8s.io/flowschemas',
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations',
  'admissionregistration.k8s.io/mutatingadmissionpolicies',
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings',
  'admissionregistration.k8s.io/mutatingwebhookconfigurations',
  'admissionregistration.k8s.io/validatingadmissionpolicies',
  'admissionregistration.k8s.io/validatingadmissionpolicybindings',
  'admissionregistration.k8s.io/validatingwebhookconfigurations',
  'apiextensions.k8s.io/customresourcedefinitions',
]);
const NOT_ASKED_FOR: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status']);

type ResourceName = Pick<ResourceFacts, 'group' | 'resource'>;

export function countsGenerations(resource: ResourceName): boolean {
  return COUNTED.has(`${resource.group}/${resource.resource}`);
}

/** Whether what the object asks for differs: everything but its metadata and status. */
export function specChanged(object: KubeObject, old: KubeObject): boolean {
  const now = object as Record<string, unknown>;
  const before = old as Record<string, unknown>;
  for (const key of new Set([...Object.keys(now), ...Object.keys(before)]))
    if (!NOT_ASKED_FOR.has(key) && !semanticEqual(now[key], before[key])) return true;
  return false;
}

/** The generation after an update. A deployment's annotations are part of what it asks for (they reach its replica sets). */
export function nextGeneration(resource: ResourceName, object: KubeObject, old: KubeObject): number | undefined {
  const before = old.metadata?.generation;
  if (!countsGenerations(resource)) return before;
  const alsoAnnotations = resource.group === 'apps' && resource.resource === 'deployments';
  const alsoLabels = resource.resource === 'endpointslices';
  const moved =
    specChanged(object, old) ||
    (alsoAnnotations && !semanticEqual(object.metadata?.annotations, old.metadata?.annotations)) ||
    (alsoLabels && !semanticEqual(object.metadata?.labels, old.metadata?.labels));
  return moved ? (before ?? 0) + 1 : before;
}
