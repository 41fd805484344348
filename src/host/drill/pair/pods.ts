// The pods of a site, as a drill follows them.
import type { DrilledPod } from '#engine/drill';
import { SHORT_PATIENCE } from '#platform/http';
import { askOnce, type KubernetesAsked } from '../kubernetes-door.ts';

interface PodList {
  readonly items: readonly {
    readonly metadata: {
      readonly uid: string;
      readonly name: string;
      readonly namespace: string;
      readonly deletionTimestamp?: string;
      readonly ownerReferences?: readonly {
        readonly uid: string;
        readonly kind: string;
        readonly controller?: boolean;
      }[];
    };
    readonly spec: { readonly nodeName?: string };
    readonly status?: {
      readonly conditions?: readonly { readonly type: string; readonly status: string }[];
      readonly containerStatuses?: readonly { readonly restartCount: number }[];
    };
  }[];
}

function drilledPod({ metadata, spec, status }: PodList['items'][number]): DrilledPod {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  const isReady = status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  return {
    uid: metadata.uid,
    name: `${metadata.namespace}/${metadata.name}`,
    ...(spec.nodeName !== undefined && { machine: spec.nodeName }),
    ...(owner && { owner: { uid: owner.uid, kind: owner.kind } }),
    ready: isReady === true && metadata.deletionTimestamp === undefined,
    restarts: (status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0),
  };
}

/** Over a connection of its own, that gives a silent API up soon: the address may be on its way to the other node. */
export async function drilledPods({ folders, clock }: KubernetesAsked): Promise<readonly DrilledPod[]> {
  const { items } = await askOnce<PodList>({ folders, clock, patience: SHORT_PATIENCE }, '/api/v1/pods');
  return items.map(drilledPod);
}
