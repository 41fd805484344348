// The pod of a DaemonSet on one node, and whether it belongs there. It is pinned by node affinity and goes through the
// scheduler like any other; it tolerates what a node's own trouble brings. Source: Kubernetes concepts "DaemonSet".
import { podAcceptsNode, untoleratedTaint } from '#engine/scheduling';
import type { DaemonNode } from '#engine/workload';
import type { DaemonSet, Node, Pod, PodSpec, Toleration } from '#model/kube';
import { podOf, type Workload } from '../pods.apply.ts';

const OWN_TOLERATIONS: readonly (readonly [key: string, effect: string])[] = [
  ['node.kubernetes.io/not-ready', 'NoExecute'],
  ['node.kubernetes.io/unreachable', 'NoExecute'],
  ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
  ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
  ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
  ['node.kubernetes.io/unschedulable', 'NoSchedule'],
];

function tolerationsOf(spec: PodSpec | undefined): Toleration[] {
  const own = OWN_TOLERATIONS.map(([key, effect]) => ({ key, effect, operator: 'Exists' }));
  const network = { key: 'node.kubernetes.io/network-unavailable', effect: 'NoSchedule', operator: 'Exists' };
  const more = spec?.hostNetwork ? [...own, network] : own;
  const known = spec?.tolerations ?? [];
  const missing = more.filter(
    (t) => !known.some((k) => k.key === t.key && k.effect === t.effect && k.operator === t.operator),
  );
  return [...known, ...missing];
}

export function daemonNode(set: DaemonSet, node: Node): DaemonNode {
  const spec = set.spec?.template.spec;
  const name = node.metadata?.name ?? '';
  const chosen = (!spec?.nodeName || spec.nodeName === name) && podAcceptsNode(spec, node);
  const tolerations = tolerationsOf(spec);
  const { taints } = node.spec ?? {};
  return {
    name,
    shouldRun: chosen && !untoleratedTaint(taints, tolerations, ['NoSchedule', 'NoExecute']),
    mayStay: chosen && !untoleratedTaint(taints, tolerations, ['NoExecute']),
  };
}

/** The node that a pod is on, or is meant for. */
export function nodeOfDaemonPod(pod: Pod): string {
  if (pod.spec?.nodeName) return pod.spec.nodeName;
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required?.nodeSelectorTerms[0]?.matchFields?.[0]?.values?.[0] ?? '';
}

export function daemonPod(workload: Workload<DaemonSet>, node: string, hash: string): Pod {
  const pod = podOf(workload, workload.owner.spec?.template);
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  const affinity = {
    ...pod.spec?.affinity,
    nodeAffinity: {
      ...pod.spec?.affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] },
    },
  };
  return {
    ...pod,
    metadata: { ...pod.metadata, labels: { ...pod.metadata?.labels, 'controller-revision-hash': hash } },
    spec: { containers: [], ...pod.spec, affinity, tolerations: tolerationsOf(pod.spec) },
  };
}
