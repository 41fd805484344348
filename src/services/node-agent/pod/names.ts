// The labels and annotations by which the agent finds its own sandboxes and containers again after a restart.
// Source: Kubernetes CRI, well-known container labels.
import type { Container, Pod } from '#model/kube';

export const LABEL = {
  podName: 'io.kubernetes.pod.name',
  podNamespace: 'io.kubernetes.pod.namespace',
  podUid: 'io.kubernetes.pod.uid',
  containerName: 'io.kubernetes.container.name',
} as const;

export const ANNOTATION = {
  /** The image as the pod named it. */
  image: 'holdfast.dev/image',
  terminationMessagePolicy: 'io.kubernetes.container.terminationMessagePolicy',
  restartCount: 'io.kubernetes.container.restartCount',
  /** The container is meant to end by itself; the simulated runtime ends it at once. */
  runsToEnd: 'holdfast.dev/runs-to-end',
} as const;

export function podLabels(pod: Pod): Record<string, string> {
  const { name = '', namespace = '', uid = '', labels = {} } = pod.metadata ?? {};
  return { ...labels, [LABEL.podName]: name, [LABEL.podNamespace]: namespace, [LABEL.podUid]: uid };
}

export function containerLabels(pod: Pod, container: Container): Record<string, string> {
  const { name = '', namespace = '', uid = '' } = pod.metadata ?? {};
  return {
    [LABEL.podName]: name,
    [LABEL.podNamespace]: namespace,
    [LABEL.podUid]: uid,
    [LABEL.containerName]: container.name,
  };
}

/** Which part of a pod an event is about. */
export function fieldPathOf(pod: Pod, container: Container): string {
  const lists = ['initContainers', 'containers', 'ephemeralContainers'] as const;
  const list = lists.find((key) => pod.spec?.[key]?.some((c) => c.name === container.name)) ?? 'containers';
  return `spec.${list}{${container.name}}`;
}
