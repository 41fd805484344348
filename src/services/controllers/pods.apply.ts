// Makes and removes the pods of a workload: in growing batches, so that a template the server refuses costs one request
// and not five hundred, each with an event on the workload.
import { messageOf } from '#base';
import { ApiError, type Resource } from '#client';
import type { KubeObject, Pod, PodTemplateSpec } from '#model/kube';
import { deleteExactly, type EventRecorder, ownerReference } from '#reconcile';
import type { ControllerContext } from './context.ts';

export interface Workload<O extends KubeObject> {
  readonly of: Resource<O>;
  readonly owner: O;
  readonly events: EventRecorder;
}

/** A pod of a template, controlled by the workload. `name` fixed, or generated from the workload's. */
export function podOf<O extends KubeObject>(
  workload: Workload<O>,
  template: PodTemplateSpec | undefined,
  name?: string,
): Pod {
  const { owner, of } = workload;
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  const base = owner.metadata?.name ?? '';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(name ? { name } : { generateName: `${base.slice(0, 57)}-` }),
      namespace: owner.metadata?.namespace,
      labels: { ...labels },
      annotations: { ...annotations },
      ...(finalizers ? { finalizers: [...finalizers] } : {}),
      ownerReferences: [ownerReference(of, owner)],
    },
    spec: { containers: [], ...structuredClone(template?.spec) },
  };
}

/** Whether the namespace is going, in which case nobody needs to hear of a refused create. */
export function isNamespaceGoing(thrown: unknown): boolean {
  if (!(thrown instanceof ApiError) || thrown.code !== 403) return false;
  const causes = (thrown.details as { causes?: { reason?: string }[] } | undefined)?.causes ?? [];
  return causes.some((cause) => cause.reason === 'NamespaceTerminating') || /being terminated/.test(thrown.message);
}

/** Creates one pod, with an event either way; throws what the server answered. */
export async function createPod<O extends KubeObject>(
  context: ControllerContext,
  workload: Workload<O>,
  pod: Pod,
): Promise<Pod> {
  try {
    const created = await context.client.create(context.kinds.pods, pod);
    const message = `Created pod: ${created.metadata?.name}`;
    workload.events.recordEvent(workload.of, workload.owner, { type: 'Normal', reason: 'SuccessfulCreate', message });
    return created;
  } catch (thrown) {
    const message = `Error creating: ${messageOf(thrown)}`;
    if (!isNamespaceGoing(thrown)) {
      workload.events.recordEvent(workload.of, workload.owner, { type: 'Warning', reason: 'FailedCreate', message });
    }
    throw thrown;
  }
}

/** Creates pods in batches of 1, 2, 4, ...; throws the first error when the batch it is in has ended. */
export async function createPods<O extends KubeObject>(
  context: ControllerContext,
  workload: Workload<O>,
  pods: readonly Pod[],
): Promise<void> {
  let done = 0;
  for (let batch = 1; done < pods.length; batch *= 2) {
    const results = await Promise.allSettled(
      pods.slice(done, done + batch).map((pod) => createPod(context, workload, pod)),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    done += batch;
  }
}

/** Deletes exactly these pods, with an event for each. */
export async function removePods<O extends KubeObject>(
  context: ControllerContext,
  workload: Workload<O>,
  pods: readonly Pod[],
): Promise<void> {
  await Promise.all(
    pods.map(async (pod) => {
      await deleteExactly(context.client, context.kinds.pods, pod);
      const message = `Deleted pod: ${pod.metadata?.name}`;
      workload.events.recordEvent(workload.of, workload.owner, { type: 'Normal', reason: 'SuccessfulDelete', message });
    }),
  );
}
