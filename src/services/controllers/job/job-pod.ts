// A pod of a Job: labelled with it, held by its finalizer until it is counted, and told its index.
// Source: Kubernetes concepts "Jobs", "Completion mode".
import { indexAnnotation, isIndexed, jobFinalizer } from '#engine/workload';
import type { Container, Job, Pod } from '#model/kube';
import { podOf, type Workload } from '../pods.apply.ts';

const ENV = 'JOB_COMPLETION_INDEX';

function withIndex(container: Container): Container {
  if (container.env?.some((variable) => variable.name === ENV)) return container;
  const fieldRef = { apiVersion: 'v1', fieldPath: `metadata.annotations['${indexAnnotation}']` };
  return { ...container, env: [...(container.env ?? []), { name: ENV, valueFrom: { fieldRef } }] };
}

export function jobPod(workload: Workload<Job>, of: { index?: number; failures?: number }): Pod {
  const job = workload.owner;
  const name = job.metadata?.name ?? '';
  const uid = job.metadata?.uid ?? '';
  const pod = podOf(workload, job.spec?.template);
  const labels: Record<string, string> = {
    ...pod.metadata?.labels,
    'batch.kubernetes.io/job-name': name,
    'job-name': name,
    'batch.kubernetes.io/controller-uid': uid,
    'controller-uid': uid,
  };
  const finalizers = [...new Set([...(pod.metadata?.finalizers ?? []), jobFinalizer])];
  if (!isIndexed(job) || of.index === undefined) return { ...pod, metadata: { ...pod.metadata, labels, finalizers } };
  const index = String(of.index);
  labels[indexAnnotation] = index;
  const perIndex = job.spec?.backoffLimitPerIndex !== undefined;
  const annotations = {
    ...pod.metadata?.annotations,
    [indexAnnotation]: index,
    ...(perIndex ? { 'batch.kubernetes.io/job-index-failure-count': String(of.failures ?? 0) } : {}),
  };
  const base = `${name}-${index}`;
  return {
    ...pod,
    metadata: { ...pod.metadata, labels, annotations, finalizers, generateName: `${base.slice(0, 57)}-` },
    spec: {
      ...pod.spec,
      containers: (pod.spec?.containers ?? []).map(withIndex),
      ...(pod.spec?.initContainers ? { initContainers: pod.spec.initContainers.map(withIndex) } : {}),
      hostname: base.slice(0, 63),
    },
  };
}
