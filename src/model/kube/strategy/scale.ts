// The scale subresource: a workload's replicas in the one shape that autoscalers and `kubectl scale` know.
import type { KubeObject, ResourceFacts } from '../facts.ts';
import type { LabelSelector, Scale } from '../generated/kinds.ts';
import { labelSelectorText } from '../selector/label-selector.ts';

interface Scaled extends KubeObject {
  spec?: { replicas?: number; selector?: LabelSelector | Record<string, string> };
  status?: { replicas?: number };
}

/** Source: Kubernetes API, autoscaling/v1 Scale. */
export function scaleOf(resource: Pick<ResourceFacts, 'resource'>, object: KubeObject): Scale {
  const { metadata, spec, status } = object as Scaled;
  const byMap = resource.resource === 'replicationcontrollers';
  const selector = labelSelectorText(
    byMap ? { matchLabels: spec?.selector as Record<string, string> | undefined } : (spec?.selector as LabelSelector),
  );
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: {
      name: metadata?.name,
      namespace: metadata?.namespace,
      uid: metadata?.uid,
      resourceVersion: metadata?.resourceVersion,
      creationTimestamp: metadata?.creationTimestamp,
    },
    spec: { replicas: spec?.replicas ?? 0 },
    status: { replicas: status?.replicas ?? 0, ...(selector ? { selector } : {}) },
  };
}

/** The workload with the replicas that a Scale asks for; its resourceVersion, when given, is the precondition. */
export function withScale<K extends KubeObject>(object: K, scale: Scale): K {
  const { spec } = object as Scaled;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ...(scale.metadata?.resourceVersion ? { resourceVersion: scale.metadata.resourceVersion } : {}),
    },
    spec: { ...spec, replicas: scale.spec?.replicas ?? 0 },
  };
}
