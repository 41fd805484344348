// Binding: the scheduler's answer to where a pod runs. A pod is bound once.
// Source: Kubernetes API, core/v1 Binding, "pods/binding".
import type { Binding, KubeObject, Pod } from '#model/kube';
import { rfc3339 } from '#platform/clock';
import { objectError, requestError } from '../answer/errors.ts';
import type { Call, Core, WriteCallOptions } from '../verbs/call.ts';
import { objectMutate } from '../verbs/mutate.ts';
import type { SubresourceVerbs } from './subresource.ts';

export function binding(core: Core): SubresourceVerbs {
  return {
    body: { apiVersion: 'v1', kind: 'Binding' },
    create: (call, body, options) => bind(core, call, body, options),
  };
}

/** Binds the pod that `call` names. Errors: ApiError 400, 404, 409. */
export async function bind(core: Core, call: Call, body: KubeObject, options: WriteCallOptions): Promise<KubeObject> {
  const { target, metadata } = body as Binding;
  if (!target?.name || (target.kind && target.kind !== 'Node'))
    throw requestError.badRequest('a binding names a node: target.kind "Node" and target.name');
  const facts = call.resource.facts;
  await objectMutate(
    core,
    call,
    {
      change(present) {
        const pod = present as Pod;
        const refuse = (why: string): never => {
          throw objectError.conflict(facts, call.name, why);
        };
        if (metadata?.uid && metadata.uid !== pod.metadata?.uid)
          refuse(`Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${pod.metadata?.uid}`);
        if (pod.metadata?.deletionTimestamp) refuse(`pod ${call.name} is being deleted, cannot be assigned to a host`);
        if (pod.spec?.nodeName) refuse(`pod ${call.name} is already assigned to node "${pod.spec.nodeName}"`);
        if (pod.spec?.schedulingGates?.length) refuse(`pod ${call.name} has non-empty .spec.schedulingGates`);
        return bound(pod, metadata, target.name as string, rfc3339(core.clock.now()));
      },
      asIs: true,
      skipValidation: true,
    },
    options,
  );
  return { apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Success', code: 201 } as KubeObject;
}

function bound(pod: Pod, meta: Binding['metadata'], nodeName: string, now: string): Pod {
  const others = pod.status?.conditions?.filter(({ type }) => type !== 'PodScheduled') ?? [];
  const { resourceVersion: _unconditional, ...metadata } = pod.metadata ?? {};
  return {
    ...pod,
    metadata: {
      ...metadata,
      ...(meta?.annotations ? { annotations: { ...metadata.annotations, ...meta.annotations } } : {}),
      ...(meta?.labels ? { labels: { ...metadata.labels, ...meta.labels } } : {}),
    },
    spec: { ...pod.spec, nodeName } as Pod['spec'],
    status: {
      ...pod.status,
      conditions: [...others, { type: 'PodScheduled', status: 'True', lastTransitionTime: now }],
    },
  };
}
